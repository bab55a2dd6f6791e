package run

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"depeer/filters/feed"
	"depeer/policies/exchange"
	"depeer/policies/operate"
)

// feedState is what is known of a feed.
type feedState struct {
	due      time.Time
	failures int
	problem  string // "": the last time was good
	digest   string
}

const (
	// usually is how often a feed is fetched whose exchange file does not say.
	usually = 12 * time.Hour
	// soonest is when a feed that could not be fetched is tried again; each time later.
	soonest = time.Minute
)

// fetch keeps copies of feeds fresh, each at its own pace, until ctx ends. What cannot
// be fetched, or is no feed, is reported, and the copy stays.
func (w *sources) fetch(ctx context.Context) {
	tick := time.NewTicker(w.Files)
	defer tick.Stop()
	for {
		asked := map[string]bool{}
		for _, source := range w.feedsNow() {
			asked[source.URL] = true
			if f := w.feed(source.URL); !w.Today().Before(f.due) {
				w.fetchOne(ctx, source, f)
			}
		}
		for url := range w.feeds {
			if !asked[url] {
				delete(w.feeds, url)
				w.Metrics.FeedGone(url)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// feedsNow returns the feeds that the exchange file names.
func (w *sources) feedsNow() []exchange.List {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.now.exchange == nil || len(w.Options.Lists) > 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(w.now.exchange.Lists), func(l exchange.List) bool { return l.URL == "" })
}

func (w *sources) feed(url string) *feedState {
	f := w.feeds[url]
	if f == nil {
		f = &feedState{}
		w.feeds[url] = f
	}
	return f
}

// fetchOne asks for a feed, and has everything be read again if it is another one.
func (w *sources) fetchOne(ctx context.Context, source exchange.List, f *feedState) {
	fetcher, err := w.Fetcher()
	if err != nil {
		w.Log.Error("feeds cannot be kept", "error", err)
		f.due = w.Today().Add(usually)
		return
	}
	every := max(source.Every, feed.Interval)
	if source.Every == 0 {
		every = usually
	}
	fetcher.Every, fetcher.AllowPrivate, fetcher.Logger = every, w.AllowPrivate, w.Log
	defer func() { w.Log.Debug("feed asked", "url", source.URL, "again", f.due.UTC().Format(time.RFC3339)) }()
	l, _, got, err := fetcher.Listing(ctx, source.Feed, source.URL,
		feed.Options{Name: source.Name, Treatment: source.Treatment})
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		w.feedFailed(source, f, err)
		return
	}
	f.failures, f.problem = 0, ""
	w.Metrics.FeedFetched(source.URL, got.FetchedAt)
	f.due = jitter(got.FetchedAt.Add(every), every/20)
	if l.Digest != f.digest {
		f.digest = l.Digest
		w.Log.Info("feed fetched", "url", source.URL, "list", operate.DescribeList(l), "fresh", got.Fresh, "fetched",
			got.FetchedAt.UTC().Format(time.RFC3339))
		w.poke()
	}
}

// feedFailed reports a feed, and when it is tried again.
func (w *sources) feedFailed(source exchange.List, f *feedState, err error) {
	pause := pauseAfter(err, f.failures, w.Today())
	f.failures++
	w.Metrics.FeedFailed(source.URL)
	f.due = jitter(w.Today().Add(pause), soonest/2)
	if f.problem != err.Error() {
		f.problem = err.Error()
		w.Log.Error("feed failed, and the last good copy serves on", "url", source.URL, "error", err, "again",
			f.due.UTC().Format(time.RFC3339))
	}
}

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

// jitter moves a moment by up to so much: not all watchers ask at once.
func jitter(t time.Time, most time.Duration) time.Time {
	return t.Add(time.Duration(rand.Float64() * float64(most)))
}
