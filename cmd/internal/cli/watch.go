package cli

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
)

// watchArgs are the arguments and flags of watch.
type watchArgs struct {
	names        []string // of lists; none: the exchange file's own
	target       target
	dryRun       bool
	allowPrivate bool // feeds from private addresses, too
}

func watchCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "watch",
		Usage:     "stays, and keeps a route server as lists ask for",
		ArgsUsage: "[LISTING...]",
		Description: "Reads lists again when they change, fetches feeds, and notices restarts, reloads and new\n" +
			"members. What was applied last is put back by itself; what is new goes through all guards, and\n" +
			"what a guard refuses waits for a person. Says on stderr what it does, a line for each decision.\n" +
			"SIGINT and SIGTERM end it: what is under way is finished or undone.",
		Flags: append(targetFlags(),
			&cli.BoolFlag{Name: "dry-run", Usage: "only say what it would do"},
			&cli.BoolFlag{Name: "allow-private", Usage: "fetch feeds from private and loopback addresses, too"},
		),
		Action: func(c *cli.Context) error {
			args := watchArgs{names: c.Args().Slice(), dryRun: c.Bool("dry-run"), allowPrivate: c.Bool("allow-private")}
			var err error
			if args.target, err = s.targetOf(c, s.exchangeOf()); err != nil {
				return err
			}
			log, err := s.watchLog(c.String("log-format"), c.Bool("verbose"))
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

// watch runs until ctx ends.
func (s *session) watch(ctx context.Context, log *slog.Logger, args watchArgs) error {
	store, err := s.store()
	if err != nil {
		return err
	}
	clock := s.clock()
	sources := newSources(s, log, clock, args)
	k := newKeeper(s, log, clock, args, store, sources)
	log.Info("watching", "target", k.name(), "address", args.target.options.Address, "exchange_file", s.confUsed, "at", clock().Format(time.RFC3339), "dry_run", args.dryRun, "version", built().Version)
	if err := sources.begin(ctx); err != nil {
		return err
	}

	var running sync.WaitGroup
	running.Go(func() { sources.poll(ctx) })
	running.Go(func() { sources.fetch(ctx) })
	running.Go(func() { k.run(ctx) })
	running.Wait()
	log.Info("ended", "target", k.name())
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
	t.files, t.now = newFiles(ctx, nil), now
	t.view = view.New(view.Options{Out: io.Discard, Err: io.Discard})
	t.log = slog.New(slog.DiscardHandler)
	return &t
}
