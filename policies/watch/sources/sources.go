package sources

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies/operate/wanted"
)

// Options say what is read, and by what means.
type Options struct {
	Names        []string         // of lists; none: those of the exchange file
	AllowPrivate bool             // fetch feeds from private addresses, too
	Every        time.Duration    // between two looks at files, and at feeds that are due
	Clock        func() time.Time // of lists
	Today        func() time.Time // of feeds, whose publishers know no other clock

	Reader  wanted.Reader // Files, Now and Note are set anew for each reading
	Fetcher func() (*feed.Fetcher, error)

	Log     *slog.Logger
	Metrics Metrics
	// Beat is told that a part moves, and will be heard of again within so long.
	Beat func(part string, within time.Duration)
}

// Metrics are told numbers, from several goroutines at once.
type Metrics interface {
	// Lists tells which lists there are, and how many files or feeds are broken.
	Lists(at time.Time, lists []*filters.Listing, broken int)
	// FeedFetched tells when the copy of a feed was fetched.
	FeedFetched(url string, at time.Time)
	// FeedFailed tells that a feed could not be fetched.
	FeedFailed(url string)
	// FeedGone tells that a feed is not asked for any more.
	FeedGone(url string)
}

// Sources are the exchange file, lists and feeds. An invalid file is reported; its last valid version
// stays in use. Current and Subscribe are safe for concurrent use; Read is not,
// beside PollFiles.
type Sources struct {
	Options

	good  wanted.LastGood
	seen  map[string]stamp // when it was read
	maybe map[string]stamp // a moment ago
	hour  string
	said  string // what was said last about what is broken

	poked chan struct{}
	feeds map[string]*feedState // by URL; of FetchFeeds alone

	mu     sync.Mutex
	now    *Reading
	wakers []chan struct{}
}

// New returns sources that were not read yet.
func New(o Options) *Sources {
	return &Sources{Options: o, good: wanted.LastGood{Lists: map[string]*filters.Listing{}},
		poked: make(chan struct{}, 1), feeds: map[string]*feedState{}}
}

// Current returns what was read last.
func (s *Sources) Current() *Reading {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Subscribe returns a channel that something is sent on after each reading.
func (s *Sources) Subscribe() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{}, 1)
	s.wakers = append(s.wakers, c)
	return c
}

// Read reads everything, and wakes all subscribers. At the first call no last valid version exists, except
// the copies of feeds on disk. Its error is wanted.ErrNoList, or one that keeps everything from being
// read; an invalid file is no error.
func (s *Sources) Read(ctx context.Context) error {
	now := s.Clock()
	stamps := s.findStamps()
	in, err := s.Reader.At(ctx, now).LoadOr(ctx, s.Names, &s.good)
	if err != nil {
		return err
	}
	r := &Reading{Input: in, Exchange: s.good.Exchange, Broken: in.Broken}
	if before := s.Current(); in.Diagnostics.Worst() == diag.Error {
		// Each file may be good, and all of them together be not.
		r.Broken = append(r.Broken, in.Diagnostics...)
		r.Input = nil
		if before != nil && before.Input != nil {
			r.Input = before.Input.At(now)
		}
	}
	if r.Input != nil {
		r.sum = s.good.Sum(r.Input)
		r.Version = r.sum + " " + hourOf(now)
		s.forgetAllBut(r.Input)
	}
	s.seen, s.hour = stamps, hourOf(now)
	s.publish(r)
	return nil
}

// forgetAllBut drops what was good of files that are not asked for any more.
func (s *Sources) forgetAllBut(in *wanted.Input) {
	maps.DeleteFunc(s.good.Lists, func(_ string, l *filters.Listing) bool { return !slices.Contains(in.Lists, l) })
}
