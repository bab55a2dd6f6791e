package cli

import (
	"context"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/metrics"
	"depeer/cmd/internal/notify"
	"depeer/cmd/internal/view"
	"depeer/filters/feed"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/watch"
)

// watchArgs are the arguments and flags of watch.
type watchArgs struct {
	names        []string         // of lists; none: the exchange file's own
	targets      []operate.Target // in the order in which they are changed
	soak         time.Duration
	dryRun       bool
	allowPrivate bool // feeds from private addresses, too
	listen       string
	anywhere     bool // listen on other than loopback addresses, too
	countEvery   time.Duration
}

func watchCommand(s *session) *cli.Command {
	var args watchArgs
	target := targetFlags{command: "watch"}
	return &cli.Command{
		Name:      "watch",
		Usage:     "stays, and keeps a route server as lists ask for",
		ArgsUsage: "[LISTING...]",
		Description: "Reads lists again when they change, fetches feeds, and notices restarts, reloads and new\n" +
			"members. What was applied last is put back by itself; what is new goes through all guards, and\n" +
			"what a guard refuses waits for a person. Says on stderr what it does, a line for each decision.\n" +
			"SIGINT and SIGTERM end it: what is under way is finished or undone.",
		Flags: append(target.flags(), soakFlag(&args.soak, usualSoak),
			&cli.BoolFlag{Name: "dry-run", Destination: &args.dryRun, Usage: "only say what it would do"},
			&cli.BoolFlag{Name: "allow-private", Destination: &args.allowPrivate,
				Usage: "fetch feeds from private and loopback addresses, too"},
			&cli.StringFlag{Name: "listen", Destination: &args.listen, EnvVars: []string{"DEPEER_LISTEN"},
				Usage: "serve /metrics and /healthz at this `ADDRESS`, such as 127.0.0.1:9179"},
			&cli.BoolFlag{Name: "listen-anywhere", Destination: &args.anywhere,
				EnvVars: []string{"DEPEER_LISTEN_ANYWHERE"},
				Usage:   "let --listen be other than loopback: anybody who reaches it reads who is listed"},
			&cli.DurationFlag{Name: "count-every", Destination: &args.countEvery, Value: 6 * time.Hour,
				EnvVars: []string{"DEPEER_COUNT_EVERY"},
				Usage: "count routes that are refused, and that are treated already, this often; it lists all " +
					"routes; 0: only when lists are applied"},
		),
		Action: func(c *cli.Context) error {
			args.names = c.Args().Slice()
			var err error
			if args.targets, err = s.findTargets(target); err != nil {
				return err
			}
			log, err := s.watchLog(s.global.logFormat, s.global.verbose)
			if err != nil {
				return err
			}
			return s.watch(c.Context, log, args)
		},
	}
}

// watchLog is the log of watch: its decisions, which others do not log.
func (s *session) watchLog(format string, verbose bool) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		options.Level = slog.LevelDebug
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(s.Err, options)), nil
	}
	return slog.New(slog.NewTextHandler(s.Err, options)), nil
}

// watching is what all parts of a watch share.
type watching struct {
	s       *session
	log     *slog.Logger
	clock   func() time.Time // of lists
	args    watchArgs
	store   *journal.Store
	metrics *metrics.Metrics
	manager *notify.Notifier
	heart   heart
	order   *order

	pace    watch.Pace
	files   time.Duration    // between two looks at files, and at what is due
	today   func() time.Time // of feeds, whose publishers know of no --at
	fetcher func() (*feed.Fetcher, error)
}

// watch runs until ctx ends.
func (s *session) watch(ctx context.Context, log *slog.Logger, args watchArgs) error {
	w, err := s.watching(log, args)
	if err != nil {
		return err
	}
	return w.run(ctx)
}

// watching returns what a watch needs.
func (s *session) watching(log *slog.Logger, args watchArgs) (*watching, error) {
	store, err := s.store()
	if err != nil {
		return nil, err
	}
	named := new(passed)
	store.Passed = func(unread *journal.UnreadError) {
		if named.first(unread.Path) {
			log.Warn("passed over", "file", unread.Path, "why", unread.Err)
		}
	}
	w := &watching{s: s, log: log, clock: s.clock(), args: args, order: newOrder(args.targets, args.soak), store: store,
		metrics: metrics.New(built().Version), files: time.Second, pace: watch.Usual(), today: time.Now,
		fetcher: s.fetcher}
	w.pace.Count = args.countEvery
	return w, nil
}

func (w *watching) run(ctx context.Context) (err error) {
	s, log := w.s, w.log
	sources := newSources(w)
	if w.manager, err = notify.New(os.Getenv); err != nil {
		log.Warn("the service manager is told nothing", "error", err)
	}
	defer w.manager.Close()
	stop, err := w.serve()
	if err != nil {
		return err
	}
	defer stop()
	var keepers []*keeper
	for i, t := range w.args.targets {
		keepers = append(keepers, newKeeper(w, sources, i))
		log.Info("watching", "target", t.Label(), "address", t.Address, "exchange_file", s.reader.Used, "at",
			w.clock().Format(time.RFC3339), "dry_run", w.args.dryRun, "version", built().Version)
	}
	if err := sources.begin(ctx); err != nil {
		return err
	}
	w.ready()
	var running sync.WaitGroup
	running.Go(func() { sources.poll(ctx) })
	running.Go(func() { sources.fetch(ctx) }) // apart from files: a server may take its time
	running.Go(func() { w.watchdog(ctx) })
	for _, k := range keepers {
		running.Go(func() { k.run(ctx) })
	}
	<-ctx.Done()
	w.tellManager(w.manager.Stopping())
	running.Wait()
	log.Info("ended")
	return nil
}

// clock returns what tells the time: from --at on, as fast as any other.
func (s *session) clock() func() time.Time {
	at, begin := s.now, time.Now()
	return func() time.Time { return at.Add(time.Since(begin)).UTC() }
}

// turn returns a session for one turn of a watch: it reads files afresh, says nothing,
// and is at a moment.
func (s *session) turn(ctx context.Context, now time.Time) *session {
	t := *s
	t.ctx, t.now = ctx, now
	reader := *s.reader
	reader.Files, reader.Now, reader.Note = wanted.NewFiles(ctx, nil), now, func(string, ...any) {}
	t.reader = &reader
	t.view = view.New(view.Options{Out: io.Discard, Err: io.Discard})
	t.log = slog.New(slog.DiscardHandler)
	return &t
}
