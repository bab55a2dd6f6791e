package feed_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/feed"
)

// publisher is a server whose answer changes, and a fetcher whose clock does.
type publisher struct {
	*feed.Fetcher
	url     string
	dir     string
	asked   int
	clock   time.Time
	handler http.HandlerFunc
	log     bytes.Buffer
}

func newPublisher(t *testing.T) *publisher {
	p := &publisher{handler: answer(200, list), clock: time.Unix(1_000_000_000, 0).UTC(), dir: t.TempDir()}
	server, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		p.asked++
		p.handler(w, r)
	})
	p.Fetcher, p.url = f, server.URL
	p.StateDir = p.dir
	p.Now = func() time.Time { return p.clock }
	p.Logger = slog.New(slog.NewTextHandler(&p.log, nil))
	return p
}

// noHTML accepts whatever does not start with a tag.
func noHTML(data []byte) error {
	if strings.HasPrefix(string(data), "<") {
		return errors.New("HTML")
	}
	return nil
}

// expect fetches, and compares the outcome and how often the server was asked.
func (p *publisher) expect(t *testing.T, what, data string, fresh bool, asked int, problem string) {
	t.Helper()
	copied, err := p.Fetch(t.Context(), p.url, noHTML)
	got := ""
	if err != nil {
		got = strings.ReplaceAll(err.Error(), p.url, "URL")
	}
	if string(copied.Data) != data || copied.Fresh != fresh || p.asked != asked || got != problem {
		t.Fatalf("%s: got %q, fresh %v, asked %d times, %q; want %q, %v, %d, %q", what, copied.Data, copied.Fresh,
			p.asked, got, data, fresh, asked, problem)
	}
}

func (p *publisher) expectKept(t *testing.T, data string) {
	t.Helper()
	if copied, ok := p.Kept(p.url); string(copied.Data) != data || ok != (data != "") {
		t.Fatalf("kept %q, %v; want %q", copied.Data, ok, data)
	}
}

func TestOnceAnHour(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.expect(t, "first", list, true, 1, "")
	p.handler = answer(200, "1.2.4.0/24\n")
	p.clock = p.clock.Add(feed.Interval - time.Second)
	p.expect(t, "within the hour", list, false, 1, "")
	p.Force = true
	p.expect(t, "forced", "1.2.4.0/24\n", true, 2, "")
	p.Force = false
	p.expect(t, "within the hour after that", "1.2.4.0/24\n", false, 2, "")
	p.clock = p.clock.Add(feed.Interval)
	p.expect(t, "an hour later", "1.2.4.0/24\n", true, 3, "")
	p.clock = p.clock.Add(-24 * time.Hour)
	p.expect(t, "clock set back", "1.2.4.0/24\n", true, 4, "")
	p.Every = 12 * time.Hour
	p.clock = p.clock.Add(11 * time.Hour)
	p.expect(t, "within twelve hours", "1.2.4.0/24\n", false, 4, "")
	p.clock = p.clock.Add(time.Hour)
	p.handler = answer(503, "")
	p.expect(t, "twelve hours later", "", false, 5, "feed URL: the server answered 503 Service Unavailable")
	p.clock = p.clock.Add(feed.Interval)
	p.handler = answer(200, "1.2.4.0/24\n")
	p.expect(t, "what failed is asked again in an hour", "1.2.4.0/24\n", true, 6, "")
	p.Every = time.Minute
	p.clock = p.clock.Add(2 * time.Minute)
	p.expect(t, "a minute is no hour", "1.2.4.0/24\n", false, 6, "")
}

// What fails is remembered for an hour, and takes nothing from the last good copy.
func TestLastGoodCopy(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.handler = answer(404, "")
	p.expect(t, "not there", "", false, 1, "feed URL: the server answered 404 Not Found")
	p.expect(t, "again", "", false, 1, "not asked again before 2001-09-09T02:46:40Z; at 2001-09-09T01:46:40Z: feed "+
		"URL: the server answered 404 Not Found")
	p.expectKept(t, "")
	p.clock = p.clock.Add(feed.Interval)
	p.handler = answer(200, list)
	p.expect(t, "there", list, true, 2, "")
	for i, failing := range []struct {
		handler http.HandlerFunc
		problem string
	}{
		{answer(200, "<html>"), "feed URL: HTML"},
		{answer(502, "error code: 502"), "feed URL: the server answered 502 Bad Gateway"},
		{abrupt("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n" + list),
			"feed URL: the answer is cut short after 11 bytes: unexpected EOF"},
	} {
		p.clock = p.clock.Add(feed.Interval)
		p.handler = failing.handler
		p.expect(t, failing.problem, "", false, 3+i, failing.problem)
		p.expectKept(t, list)
		_, err := p.Fetch(t.Context(), p.url, noHTML)
		var tooSoon *feed.TooSoonError
		if !errors.As(err, &tooSoon) || !tooSoon.Tried.Equal(p.clock) {
			t.Fatalf("asked again: %v", err)
		}
	}
	p.clock = p.clock.Add(feed.Interval)
	p.handler = answer(200, list)
	p.expect(t, "there again", list, true, 6, "")
	p.expect(t, "kept", list, false, 6, "")
}

// A server that was not reached has not been asked.
func TestNotReachedIsNotAsked(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	roots := p.RootCAs
	p.RootCAs = x509.NewCertPool()
	if _, err := p.Fetch(t.Context(), p.url, noHTML); err == nil {
		t.Fatal("an unknown CA was believed")
	}
	p.RootCAs = roots
	p.expect(t, "at once", list, true, 1, "")
}

func TestConditional(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	var conditions []string
	p.handler = func(w http.ResponseWriter, r *http.Request) {
		conditions = append(conditions, r.Header.Get("If-None-Match")+"|"+r.Header.Get("If-Modified-Since"))
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Last-Modified", "Thu, 21 Jan 2021 19:45:55 GMT")
		if r.Header.Get("If-None-Match") == `"a"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, list)
	}
	p.expect(t, "first", list, true, 1, "")
	for asked := 2; asked < 4; asked++ {
		p.clock = p.clock.Add(feed.Interval)
		p.expect(t, "not modified", list, true, asked, "")
		p.expect(t, "within the hour", list, false, asked, "")
		if copied, _ := p.Kept(p.url); !copied.FetchedAt.Equal(p.clock) {
			t.Errorf("kept copy is of %s, want %s", copied.FetchedAt, p.clock)
		}
	}
	p.Force = true
	p.expect(t, "forced", list, true, 4, "")
	p.Force = false
	p.clock = p.clock.Add(feed.Interval)
	if _, err := p.Fetch(t.Context(), p.url, func([]byte) error { return errors.New("no") }); err == nil {
		t.Error("taken though it was not accepted")
	}
	p.clock = p.clock.Add(feed.Interval)
	p.expect(t, "after a copy was not accepted", list, true, 6, "")
	same := `"a"|Thu, 21 Jan 2021 19:45:55 GMT`
	if diff := cmp.Diff([]string{"|", same, same, "|", same, "|"}, conditions); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Damage to what is kept costs a download, and is told.
func TestDamagedState(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(path string, data []byte) error{
		"cut":   func(path string, data []byte) error { return os.WriteFile(path, data[:len(data)-1], 0o600) },
		"empty": func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
		"head only": func(path string, data []byte) error {
			return os.WriteFile(path, data[:bytes.IndexByte(data, '\n')], 0o600)
		},
		"one bit": func(path string, data []byte) error {
			data[len(data)-2] ^= 1
			return os.WriteFile(path, data,
				0o600)
		},
		"garbage": func(path string, _ []byte) error { return os.WriteFile(path, []byte("\x00\xff\n"), 0o600) },
		"braces":  func(path string, _ []byte) error { return os.WriteFile(path, []byte("{}\n"), 0o600) },
		"another URL": func(path string, data []byte) error {
			return os.WriteFile(path, bytes.Replace(data, []byte("https"), []byte("httpx"), 1), 0o600)
		},
		"newer": func(path string, data []byte) error {
			return os.WriteFile(path, bytes.Replace(data, []byte(`"version":1`), []byte(`"version":2`), 1), 0o600)
		},
		"too large": func(path string, _ []byte) error { return os.Truncate(path, 2*feed.MaxSize) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPublisher(t)
			p.expect(t, "first", list, true, 1, "")
			file := onlyFile(t, p.dir)
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := damage(file, data); err != nil {
				t.Fatal(err)
			}
			p.expect(t, "damaged", list, true, 2, "")
			if !strings.Contains(p.log.String(), "kept copy of a feed is not used") {
				t.Errorf("log: %s", p.log.String())
			}
			p.expect(t, "mended", list, false, 2, "")
		})
	}
}

// onlyFile returns the one file below dir, which only its owner reads.
func onlyFile(t *testing.T, dir string) string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v; want one", files, err)
	}
	info, err := os.Stat(files[0])
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	return files[0]
}

// State that cannot be written takes nothing from the download, and is told.
func TestStateNotWritable(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	p.StateDir = filepath.Join(p.dir, "file")
	if err := os.WriteFile(p.StateDir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p.expect(t, "no folder", list, true, 1, "")
	if !strings.Contains(p.log.String(), "copy of a feed is not kept") {
		t.Errorf("log: %s", p.log.String())
	}
	p.StateDir = ""
	p.expect(t, "nothing kept", list, true, 2, "")
	p.expectKept(t, "")
}
