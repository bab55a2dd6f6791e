package feed_test

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"depeer/filters/feed"
)

// A server that asks to be left alone is, for as long as it asks, by this fetcher and by the
// next one; a week at most, and never for less than Interval.
func TestLeftAlone(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		status int
		after  string
		until  time.Duration
	}{
		"seconds":               {429, "7200", 2 * time.Hour},
		"a date":                {503, "Mon, 30 Nov 2026 18:00:00 GMT", 6 * time.Hour},
		"less than an hour":     {429, "60", time.Hour},
		"years":                 {429, "999999999", 7 * 24 * time.Hour},
		"longer than any":       {503, "Fri, 30 Nov 2296 18:00:00 GMT", 7 * 24 * time.Hour},
		"a date gone by":        {503, "Mon, 30 Nov 2020 18:00:00 GMT", time.Hour},
		"nonsense":              {429, "soon", time.Hour},
		"negative":              {429, "-1", time.Hour},
		"too many to be a time": {429, "99999999999999999999", time.Hour},
		"nothing":               {503, "", time.Hour},
		"another status":        {403, "7200", time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server, f := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				if test.after != "" {
					w.Header().Set("Retry-After", test.after)
				}
				w.WriteHeader(test.status)
			})
			at := now
			f.StateDir, f.Now = t.TempDir(), func() time.Time { return at }
			_, err := f.Fetch(t.Context(), server.URL, anything)
			var failed *feed.DownloadError
			if !errors.As(err, &failed) || failed.Status != test.status {
				t.Fatalf("got %v", err)
			}
			if long := test.until > time.Hour; long != strings.Contains(err.Error(), "asks to be left alone until") &&
				test.after != "60" {
				t.Errorf("says %v", err)
			}
			for _, wait := range []time.Duration{time.Minute, test.until - time.Second} {
				at = now.Add(wait)
				next := *f
				var tooSoon *feed.TooSoonError
				if _, err := next.Fetch(t.Context(), server.URL, anything); !errors.As(err, &tooSoon) ||
					!tooSoon.Until.Equal(now.Add(test.until)) {
					t.Fatalf("after %v: %v", wait, err)
				}
			}
			at = now.Add(test.until)
			if _, err := f.Fetch(t.Context(), server.URL, anything); !errors.As(err, &failed) || asked.Load() != 2 {
				t.Errorf("asked %d times: %v", asked.Load(), err)
			}
		})
	}
}

// What is refused after a redirect is told with the address that refused.
func TestRedirectsAreNamed(t *testing.T) {
	t.Parallel()
	server, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/list" {
			redirect("/elsewhere")(w, r)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	})
	_, err := f.Fetch(t.Context(), server.URL+"/list", anything)
	if want := "feed " + server.URL + "/list: redirected to " + server.URL +
		"/elsewhere: the server answered 403 Forbidden"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = f.Fetch(t.Context(), server.URL+"/other", anything)
	if want := "feed " + server.URL + "/other: the server answered 403 Forbidden"; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}
