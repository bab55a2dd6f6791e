package feed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"depeer/filters/feed"
)

// answer returns a handler that answers with a status and a body.
func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// redirect returns a handler that sends elsewhere.
func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// abrupt answers with raw bytes and cuts the TCP connection, without the
// farewell of TLS.
func abrupt(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		io.WriteString(conn, raw)
		conn.(*tls.Conn).NetConn().Close()
	}
}

// stall writes what it is given, and then nothing until the client is gone.
func stall(raw string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if raw != "" {
			io.WriteString(w, raw)
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	}
}

func endless(w http.ResponseWriter, _ *http.Request) {
	block := bytes.Repeat([]byte(list), 100_000)
	for {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func bomb(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed)
	io.CopyN(z, zeros{}, feed.MaxSize+1<<20)
	z.Close()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Every way in which a server can fail. None is kept, none is accepted.
func TestFailedDownloads(t *testing.T) {
	t.Parallel()
	const html = "<html><body>Bad Gateway</body></html>"
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		status  int
		want    string // part of the error
	}{
		{"404", answer(404, html), 404, "the server answered 404 Not Found"},
		{"429", answer(429, html), 429, "the server answered 429 Too Many Requests"},
		{"500", answer(500, html), 500, "the server answered 500 Internal Server Error"},
		{"502", answer(502, "error code: 502"), 502, "the server answered 502 Bad Gateway"},
		{"unheard of", answer(599, ""), 599, "the server answered 599"},
		{"no content", answer(204, ""), 204, "the server answered 204 No Content"},
		{"part", answer(206, list), 206, "the server answered 206 Partial Content"},
		{"not modified, unasked", answer(304, ""), 304, "the server answered 304 Not Modified"},
		{"redirect to nowhere", answer(301, html), 301, "the server answered 301 Moved Permanently"},
		{"redirect loop", redirect("/again"), 302, "over 5 redirects"},
		{"redirect to http", redirect("http://127.0.0.1/"), 302,
			"redirected to http://127.0.0.1/: feeds are fetched over https only"},
		{"redirect to a file", redirect("file:///etc/passwd"), 302,
			"redirected to file:///etc/passwd: feeds are fetched over https only"},
		{"redirect with a password", redirect("https://me:secret@127.0.0.1/"), 302,
			"redirected to https://me:xxxxx@127.0.0.1/: no passwords in a URL"},
		{"redirect to nonsense", redirect("https://%zz/"), 0, "failed to parse Location header"},
		{"no headers", stall(""), 0, "no whole answer within 300ms"},
		{"slow body", stall(list), 200, "no whole answer within 300ms"},
		{"endless", endless, 200, "the answer is over 64 MiB"},
		{"gzip bomb", bomb, 200, "the answer is over 64 MiB"},
		{"said to be too long", abrupt("HTTP/1.1 200 OK\r\nContent-Length: 67108865\r\n\r\n"), 200,
			"the answer is over 64 MiB"},
		{"shorter than said", abrupt("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + list), 200,
			"the answer is cut short after 11 bytes"},
		{"cut in chunks", abrupt("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n" + list + "\r\n"), 200,
			"the answer is cut short after 11 bytes"},
		{"cut without a length", abrupt("HTTP/1.1 200 OK\r\n\r\n" + list), 200,
			"the answer does not say how long it is"},
		{"cut gzip", abrupt("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
			"12\r\n\r\n\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00\x01\x00"), 200, "cut short"},
		{"no gzip", abrupt("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 11\r\n\r\n" + list), 200,
			"gzip: invalid header"},
		{"no answer", abrupt(""), 0, "EOF"},
		{"no HTTP", abrupt("SSH-2.0-OpenSSH\x1b[31m\r\n"), 0, "malformed HTTP"},
		{"endless headers", abrupt("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<20)), 0,
			"server response headers exceeded"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server, f := serve(t, test.handler)
			f.StateDir = t.TempDir()
			f.Timeout = 5 * time.Minute // 64 MiB take their time under the race detector
			if strings.Contains(test.want, "300ms") {
				f.Timeout = 300 * time.Millisecond
			}
			copied, err := f.Fetch(t.Context(), server.URL, func([]byte) error {
				t.Error("accept was asked")
				return nil
			})
			var failed *feed.DownloadError
			if !errors.As(err, &failed) || failed.Status != test.status || !strings.Contains(err.Error(), test.want) ||
				copied.Data != nil {
				t.Fatalf("got %d bytes, %#v, %v; want status %d and %q", len(copied.Data), failed, err, test.status,
					test.want)
			}
			if strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("%q", err)
			}
			if _, ok := f.Kept(server.URL); ok {
				t.Error("kept")
			}
		})
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	old, roots := expired(t)
	outdated := httptest.NewUnstartedServer(answer(200, list))
	outdated.TLS = &tls.Config{Certificates: []tls.Certificate{old}}
	outdated.Config.ErrorLog = log.New(io.Discard, "", 0)
	outdated.StartTLS()
	t.Cleanup(outdated.Close)
	plain := httptest.NewServer(answer(200, list))
	t.Cleanup(plain.Close)
	server, good := serve(t, answer(200, list))
	port := strconv.Itoa(int(address(t, server).Port()))

	for _, test := range []struct {
		name  string
		url   string
		roots *x509.CertPool
		want  string
	}{
		{"wrong CA", server.URL, x509.NewCertPool(), "signed by unknown authority"},
		{"wrong name", "https://localhost:" + port, good.RootCAs, "not localhost"},
		{"expired", outdated.URL, roots, "expired"},
		{"plain text", strings.Replace(plain.URL, "http:", "https:", 1), good.RootCAs,
			"server gave HTTP response to HTTPS client"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := &feed.Fetcher{AllowPrivate: true, RootCAs: test.roots}
			_, err := f.Fetch(t.Context(), test.url, anything)
			var failed *feed.DownloadError
			if !errors.As(err, &failed) || failed.Status != 0 || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"http://example.net/list":         `feed "http://example.net/list": feeds are fetched over https only`,
		"ftp://example.net/list":          `feed "ftp://example.net/list": feeds are fetched over https only`,
		"https:///list":                   `feed "https:///list": no host in the URL`,
		"https://me:secret@example.net/":  `feed "https://me:xxxxx@example.net/": no passwords in a URL: a listing shows where it is from`,
		"https://example.net/\x1b[31m":    `feed "https://example.net/\x1b[31m": not a URL`,
		"https://example.net/\u202elist":  `feed "https://example.net/\u202elist": not a URL`,
		"https://example.net:port/%zz":    `feed "https://example.net:port/%zz": not a URL`,
		"https://example.net/a list.json": `feed "https://example.net/a list.json": not a URL`,
	} {
		_, err := new(feed.Fetcher).Fetch(t.Context(), url, anything)
		var wrong *feed.URLError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if !feed.IsURL("https://example.net") || !feed.IsURL("http://x") || feed.IsURL("a/list.txt") {
		t.Error("IsURL is wrong")
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	server, f := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if _, err := f.Fetch(ctx, server.URL, anything); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// What goes well: a redirect within https, packed content, who we say we are.
func TestDownload(t *testing.T) {
	t.Parallel()
	server, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if hops, _ := strconv.Atoi(strings.Trim(r.URL.Path, "/")); hops < 5 {
			w.Header().Set("Location", "/"+strconv.Itoa(hops+1))
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
		if got := r.Header.Get("User-Agent"); got != "depeer/1.2.3" {
			t.Errorf("User-Agent %q", got)
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, list)
		z.Close()
	})
	f.Now = func() time.Time { return time.Unix(1_000_000_000, 0) }
	copied, err := f.Fetch(t.Context(), server.URL+"/0", anything)
	if err != nil || string(copied.Data) != list || !copied.Fresh || !copied.FetchedAt.Equal(f.Now()) {
		t.Errorf("got %+v, %v", copied, err)
	}
}
