package sources

import (
	"context"
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

// FetchFeeds keeps copies of feeds fresh, each at its own pace, until ctx ends. What cannot
// be fetched, or is no feed, is reported, and the copy stays.
func (s *Sources) FetchFeeds(ctx context.Context) {
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		asked := map[string]bool{}
		for _, source := range s.listFeeds() {
			asked[source.URL] = true
			if f := s.stateOf(source.URL); !s.Today().Before(f.due) {
				s.fetchFeed(ctx, source, f)
			}
		}
		for url := range s.feeds {
			if !asked[url] {
				delete(s.feeds, url)
				s.Metrics.FeedGone(url)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// listFeeds returns the feeds that the exchange file names.
func (s *Sources) listFeeds() []exchange.List {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Exchange == nil || len(s.Names) > 0 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.now.Exchange.Lists), func(l exchange.List) bool { return l.URL == "" })
}

// stateOf returns what is known of the feed at a URL.
func (s *Sources) stateOf(url string) *feedState {
	f := s.feeds[url]
	if f == nil {
		f = &feedState{}
		s.feeds[url] = f
	}
	return f
}

// fetchFeed asks for a feed, and has everything be read again if it is another one.
func (s *Sources) fetchFeed(ctx context.Context, source exchange.List, f *feedState) {
	fetcher, err := s.Fetcher()
	if err != nil {
		s.Log.Error("feeds cannot be kept", "error", err)
		f.due = s.Today().Add(usualPause)
		return
	}
	every := max(source.Every, feed.Interval)
	if source.Every == 0 {
		every = usualPause
	}
	fetcher.Every, fetcher.AllowPrivate, fetcher.Logger = every, s.AllowPrivate, s.Log
	defer func() { s.Log.Debug("feed asked", "url", source.URL, "again", f.due.UTC().Format(time.RFC3339)) }()
	l, _, got, err := fetcher.Listing(ctx, source.Feed, source.URL,
		feed.Options{Name: source.Name, Treatment: source.Treatment})
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		s.reportFailure(source, f, err)
		return
	}
	f.failures, f.problem = 0, ""
	s.Metrics.FeedFetched(source.URL, got.FetchedAt)
	f.due = addJitter(got.FetchedAt.Add(every), every/20)
	if l.Digest != f.digest {
		f.digest = l.Digest
		s.Log.Info("feed fetched", "url", source.URL, "list", operate.DescribeList(l), "fresh", got.Fresh, "fetched",
			got.FetchedAt.UTC().Format(time.RFC3339))
		s.readSoon()
	}
}

// reportFailure reports a feed, and when it is tried again.
func (s *Sources) reportFailure(source exchange.List, f *feedState, err error) {
	pause := pauseAfter(err, f.failures, s.Today())
	f.failures++
	s.Metrics.FeedFailed(source.URL)
	f.due = addJitter(s.Today().Add(pause), soonest/2)
	if f.problem != err.Error() {
		f.problem = err.Error()
		s.Log.Error("feed failed, and the last good copy serves on", "url", source.URL, "error", err, "again",
			f.due.UTC().Format(time.RFC3339))
	}
}
