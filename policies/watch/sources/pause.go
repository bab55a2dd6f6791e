package sources

import (
	"errors"
	"math/rand/v2"
	"time"

	"depeer/filters/feed"
)

const (
	// usualPause is how often a feed is fetched whose exchange file does not say.
	usualPause = 12 * time.Hour
	// soonest is when a feed that could not be fetched is tried again; each time later.
	soonest = time.Minute
)

// pauseAfter returns for how long a feed that failed, and so many times before, is left alone:
// for longer each time, and as long as its server asks for.
func pauseAfter(err error, failures int, now time.Time) time.Duration {
	pause := soonest << min(failures, 6)
	asked, tooSoon := new(feed.DownloadError), new(feed.TooSoonError)
	switch {
	case errors.As(err, &tooSoon):
		pause = tooSoon.Until.Sub(now)
	case errors.As(err, &asked) && !asked.Until.IsZero():
		pause = max(feed.Interval, asked.Until.Sub(now))
	case errors.As(err, new(*feed.InvalidError)):
		pause = feed.Interval
	}
	return max(pause, soonest)
}

// addJitter moves a moment by up to so much: not all watchers ask at once.
func addJitter(t time.Time, most time.Duration) time.Time {
	return t.Add(time.Duration(rand.Float64() * float64(most)))
}
