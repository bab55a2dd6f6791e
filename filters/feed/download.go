package feed

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	maxRedirects   = 5
	maxHeaderBytes = 64 << 10
	defaultTimeout = time.Minute
)

// IsURL says whether what a user names as a feed is its address, and not a file.
func IsURL(s string) bool { return strings.Contains(s, "://") }

// parseURL reads the address of a feed.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || !isASCII(s) {
		return nil, &URLError{s, "not a URL"}
	}
	if why := whyNotFetched(u); why != "" {
		return nil, &URLError{u.Redacted(), why}
	}
	return u, nil
}

// whyNotFetched says why u is not fetched. It is also asked about the address of a redirect.
func whyNotFetched(u *url.URL) string {
	switch {
	case u.Scheme != "https":
		return "feeds are fetched over https only"
	case u.Hostname() == "":
		return "no host in the URL"
	case u.User != nil:
		return "no passwords in a URL: a listing shows where it is from"
	default:
		return ""
	}
}

// download requests u. If old has data, it asks only for something newer.
func (f *Fetcher) download(ctx context.Context, u *url.URL, old kept) (kept, error) {
	timeout := cmp.Or(f.Timeout, defaultTimeout)
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no whole answer within %s", timeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return kept{}, &URLError{u.String(), "not a URL"}
	}
	request.Header.Set("User-Agent", "depeer/"+cmp.Or(f.Version, "unknown"))
	conditional := !old.Fetched.IsZero() && (old.ETag != "" || old.LastModified != "")
	if conditional {
		setUnlessEmpty(request.Header, "If-None-Match", old.ETag)
		setUnlessEmpty(request.Header, "If-Modified-Since", old.LastModified)
	}
	client := f.newClient()
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	failed := func(err error) (kept, error) {
		e := &DownloadError{URL: u.String(), Err: unwrapURLError(ctx, err)}
		last := lastURL(response, err)
		if response != nil {
			e.Status, e.Until = response.StatusCode, retryAfter(response, f.now())
		}
		if !e.Until.IsZero() {
			e.Err = fmt.Errorf("%w, and asks to be left alone until %s", e.Err, e.Until.UTC().Format(time.RFC3339))
		}
		if last != "" && last != u.String() && !errors.As(err, new(*redirectError)) {
			e.Err = fmt.Errorf("redirected to %s: %w", last, e.Err)
		}
		return kept{}, e
	}
	if err != nil {
		return failed(err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode == http.StatusNotModified && conditional:
		return old, nil
	case response.StatusCode != http.StatusOK:
		return failed(statusError(response.StatusCode))
	case response.ContentLength > MaxSize:
		return failed(errTooLarge)
	case response.ContentLength < 0 && len(response.TransferEncoding) == 0 && !response.Uncompressed:
		// It ends where the connection does. crypto/tls takes a cut there for an end.
		return failed(errors.New("the answer does not say how long it is, so a cut could not be seen"))
	}
	data, err := readAll(ctx, response.Body)
	if err != nil {
		return failed(err)
	}
	return kept{
		ETag:         response.Header.Get("ETag"),
		LastModified: response.Header.Get("Last-Modified"),
		data:         data,
	}, nil
}

// longestPause bounds how long a server can ask to be left alone: a wrong header must not make a
// list old without a warning.
const longestPause = 7 * 24 * time.Hour

// retryAfter returns the time until which a server asks to be left alone (RFC 9110, section
// 10.2.3). It is zero if the server does not ask.
func retryAfter(r *http.Response, now time.Time) time.Time {
	if r.StatusCode != http.StatusTooManyRequests && r.StatusCode != http.StatusServiceUnavailable {
		return time.Time{}
	}
	text := strings.TrimSpace(r.Header.Get("Retry-After"))
	until, err := http.ParseTime(text)
	if seconds, failed := strconv.ParseUint(text, 10, 31); failed == nil {
		until, err = now.Add(time.Duration(seconds)*time.Second), nil
	}
	switch {
	case err != nil || !until.After(now):
		return time.Time{}
	case until.After(now.Add(longestPause)):
		return now.Add(longestPause)
	default:
		return until
	}
}

// redirectError names a redirect that is not followed.
type redirectError struct{ text string }

func (e *redirectError) Error() string { return e.text }

// lastURL returns the last address that was requested, after redirects; "" if it is not known.
func lastURL(r *http.Response, err error) string {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		return wrapped.URL
	}
	if r != nil && r.Request != nil {
		return r.Request.URL.Redacted()
	}
	return ""
}

var errTooLarge = fmt.Errorf("the answer is over %d MiB", MaxSize>>20)

// readAll reads a body, unpacked, up to the limit. It does not trust a body that ends when ctx has
// ended: net/http closes the connection then, the server may end its answer at that moment, and a
// stalled list reads as if it were complete (TestStallEndsWithTheDeadline).
func readAll(ctx context.Context, body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, MaxSize+1))
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("the answer is cut short after %d bytes: %w", len(data), err)
	case err != nil:
		return nil, err
	case len(data) > MaxSize:
		return nil, errTooLarge
	}
	return data, nil
}

// newClient makes a client for one download: no proxy, no kept connection, HTTP/1.1.
func (f *Fetcher) newClient() *http.Client {
	dialer := &net.Dialer{Timeout: 15 * time.Second, Control: f.checkAddress}
	return &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: f.RootCAs, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    15 * time.Second,
			ResponseHeaderTimeout:  30 * time.Second,
			MaxResponseHeaderBytes: maxHeaderBytes,
			DisableKeepAlives:      true,
		},
		CheckRedirect: func(request *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return &redirectError{fmt.Sprintf("over %d redirects, the last to %s", maxRedirects,
					request.URL.Redacted())}
			}
			if why := whyNotFetched(request.URL); why != "" {
				return &redirectError{fmt.Sprintf("redirected to %s: %s", request.URL.Redacted(), why)}
			}
			return nil
		},
	}
}

// unwrapURLError removes the wrapper of an error that repeats the URL, and replaces a deadline of
// ours by its cause.
func unwrapURLError(ctx context.Context, err error) error {
	if wrapped := (*url.Error)(nil); errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func setUnlessEmpty(h http.Header, key, value string) {
	if value != "" {
		h.Set(key, value)
	}
}
