package cli

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/metrics"
	"depeer/cmd/internal/sdnotify"
	"depeer/cmd/internal/view"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/watch"
	"depeer/policies/watch/run"
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
	target := targetFlags{command: "watch", several: true}
	return &cli.Command{
		Name:      "watch",
		Usage:     "stays, and keeps a route server as lists ask for",
		ArgsUsage: "[LISTING...]",
		Description: "Reads lists again when they change, fetches feeds, and notices restarts, reloads and new\n" +
			"members. What was applied last is put back by itself; what is new goes through all guards, and\n" +
			"what a guard refuses waits for a person. Says on stderr what it does, a line for each decision.\n" +
			"SIGINT and SIGTERM end it: what is under way is finished or undone.",
		Flags: append(target.bindFlags(), bindSoak(&args.soak, usualSoak),
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
			log, err := s.newWatchLog(s.global.logFormat, s.global.verbose)
			if err != nil {
				return err
			}
			return s.watchTargets(c.Context, log, args)
		},
	}
}

// newWatchLog returns the log of watch, which has its decisions. Other commands log none.
func (s *session) newWatchLog(format string, verbose bool) (*slog.Logger, error) {
	options := &slog.HandlerOptions{Level: slog.LevelInfo}
	if verbose {
		options.Level = slog.LevelDebug
	}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(view.EscapeJSON(s.Err), options)), nil
	}
	return slog.New(slog.NewTextHandler(view.EscapeText(s.Err), options)), nil
}

// watchTargets runs until ctx ends.
func (s *session) watchTargets(ctx context.Context, log *slog.Logger, args watchArgs) error {
	options, err := s.newWatchOptions(log, args)
	if err != nil {
		return err
	}
	manager, err := sdnotify.New(os.Getenv)
	if err != nil {
		log.Warn("the service manager is told nothing", "error", err)
	}
	defer manager.Close()
	options.Manager, options.Watchdog = escapingManager{manager}, manager.Watchdog
	numbers := metrics.New(readBuild().Version)
	options.Metrics = watchMetrics{numbers}
	stop, err := serveMetrics(args, numbers, log)
	if err != nil {
		return err
	}
	defer stop()
	err = run.New(options).Run(ctx)
	if errors.Is(err, wanted.ErrNoList) {
		return cmdline.NewUsageError("depeer watch LISTING.yaml --target rs1", "%v", err)
	}
	return err
}

// newWatchOptions returns the options of the runner, without the receivers of what it tells: the service
// manager and metrics.
func (s *session) newWatchOptions(log *slog.Logger, args watchArgs) (run.Options, error) {
	store, err := s.openStore()
	if err != nil {
		return run.Options{}, err
	}
	pace := watch.Usual()
	pace.Count = args.countEvery
	return run.Options{
		Targets: args.targets, Soak: args.soak, Lists: args.names, DryRun: args.dryRun,
		AllowPrivate: args.allowPrivate,
		Pace:         pace, Files: time.Second, Clock: s.newClock(), Today: time.Now,
		Operator: *s.newOperator(), Store: store, Reader: *s.reader, Fetcher: s.newFetcher, Log: log,
	}, nil
}

// newClock returns a clock that starts at --at, and runs as fast as the system's.
func (s *session) newClock() func() time.Time {
	at, begin := s.now, time.Now()
	return func() time.Time { return at.Add(time.Since(begin)).UTC() }
}

// watchMetrics are told the numbers of a watch.
type watchMetrics struct{ *metrics.Metrics }

// Target returns what is told the numbers of a target.
func (m watchMetrics) Target(name string) run.TargetMetrics {
	return escapingTarget{m.Metrics.Target(name)}
}

// escapingTarget escapes why a target is not as it should be: curl shows it on a terminal.
type escapingTarget struct{ *metrics.Target }

func (t escapingTarget) Stands(state watch.State, why string) {
	t.Target.Stands(state, view.Escape(why))
}

// escapingManager escapes what the service manager is told: systemctl status shows it on a terminal.
type escapingManager struct{ *sdnotify.Notifier }

// Status reports in a line what the program is doing.
func (m escapingManager) Status(text string) error {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = view.Escape(lines[i])
	}
	return m.Notifier.Status(strings.Join(lines, " "))
}
