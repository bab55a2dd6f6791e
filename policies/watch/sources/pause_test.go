package sources_test

import (
	"errors"
	"testing"
	"time"

	"depeer/filters/feed"
	"depeer/policies/watch/sources"
)

// Row 64: watch leaves a feed alone for longer with each failure, and as long as its server
// asks for.
func TestPauseAfterFailure(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		err      error
		failures int
		want     time.Duration
	}{
		"the first":     {&feed.DownloadError{Err: errors.New("x")}, 0, time.Minute},
		"the third":     {&feed.DownloadError{Err: errors.New("x")}, 2, 4 * time.Minute},
		"the hundredth": {&feed.DownloadError{Err: errors.New("x")}, 99, 64 * time.Minute},
		"no feed":       {&feed.InvalidError{Err: errors.New("x")}, 0, time.Hour},
		"asked to leave it alone": {&feed.DownloadError{Status: 429, Until: now.Add(7 * time.Hour),
			Err: errors.New("x")}, 0, 7 * time.Hour},
		"asked for a minute": {&feed.DownloadError{Status: 503, Until: now.Add(time.Minute), Err: errors.New("x")},
			0, time.Hour},
		"not asked again":  {&feed.TooSoonError{Tried: now, Until: now.Add(6 * time.Hour)}, 0, 6 * time.Hour},
		"just about to be": {&feed.TooSoonError{Tried: now, Until: now}, 0, time.Minute},
	} {
		if got := sources.PauseAfter(test.err, test.failures, now); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}
