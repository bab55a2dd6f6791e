package run

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"depeer/filters/feed"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/watch"
	"depeer/policies/watch/sources"
)

// Options say what a Runner keeps, and by what means.
type Options struct {
	Targets      []operate.Target // in the order in which they are changed
	Soak         time.Duration    // each stands for this long before the next is changed
	Lists        []string         // files; none: those of the exchange file
	DryRun       bool             // only say what would be done
	AllowPrivate bool             // fetch feeds from private addresses, too

	Pace  watch.Pace
	Files time.Duration    // between two looks at files, and at what is due
	Clock func() time.Time // of lists
	Today func() time.Time // of feeds, whose publishers know no other clock

	Operator operate.Operator // Reporter, Log, Exchange and Now are set anew for each step
	Store    *journal.Store   // OnUnread is set
	Reader   wanted.Reader    // of exchange file and lists; Files, Now and Note are set anew for each reading
	Fetcher  func() (*feed.Fetcher, error)

	Log      *slog.Logger
	Metrics  Metrics
	Manager  Manager
	Watchdog time.Duration // how often Manager wants to hear that all parts move; 0: it does not ask
}

// Runner keeps the targets of its options.
type Runner struct {
	Options
	heart heart
	order *order
}

// New returns a runner, which has done nothing yet.
func New(o Options) *Runner {
	r := &Runner{Options: o, order: newOrder(o.Targets, o.Soak)}
	named := new(sync.Map)
	r.Store.OnUnread = func(unread *journal.UnreadError) {
		if _, known := named.LoadOrStore(unread.Path, true); !known {
			r.Log.Warn("passed over", "file", unread.Path, "why", unread.Err)
		}
	}
	return r
}

// Run keeps the targets until ctx ends. Its error is wanted.ErrNoList, or another one that kept lists
// from being read the first time.
func (r *Runner) Run(ctx context.Context) error {
	lists := sources.New(sources.Options{Names: r.Lists, AllowPrivate: r.AllowPrivate, Every: r.Files, Clock: r.Clock,
		Today: r.Today, Reader: r.Reader, Fetcher: r.Fetcher, Log: r.Log, Metrics: r.Metrics, Beat: r.heart.noteBeat})
	var keepers []*keeper
	for i, t := range r.Targets {
		keepers = append(keepers, newKeeper(r, lists, i))
		r.Log.Info("watching", "target", t.Label(), "address", t.Address, "exchange_file", r.Reader.Used, "at",
			r.Clock().Format(time.RFC3339), "dry_run", r.DryRun, "version", r.Operator.Tool)
	}
	if err := lists.Read(ctx); err != nil {
		return err
	}
	r.tellManager(r.Manager.Ready()) // a target that is not reached does not hold it up: it may be started later
	var running sync.WaitGroup
	running.Go(func() { lists.PollFiles(ctx) })
	running.Go(func() { lists.FetchFeeds(ctx) }) // apart from files: a server may take its time
	running.Go(func() { r.feedWatchdog(ctx) })
	for _, k := range keepers {
		running.Go(func() { k.run(ctx) })
	}
	<-ctx.Done()
	r.tellManager(r.Manager.Stopping())
	running.Wait()
	r.Log.Info("ended")
	return nil
}
