package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// Streams are the standard streams of a run.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// session is what every command gets beside its own arguments.
type session struct {
	Streams
	view   view.View
	ctx    context.Context // of the run
	reader *wanted.Reader  // of exchange file and lists
	now    time.Time       // --at, or the clock: read once
	global globalFlags
	state  string // --state
	log    *slog.Logger

	passed *passed           // files of the state directory that were named as unread
	judge  operate.FileJudge // of gobgpd.conf files
	stdout *stream

	confWrong *operate.Error // of the exchange file; nil: it is valid, or was not read
}

// Run runs one command line, without the program's name, and returns its exit
// code.
func Run(ctx context.Context, streams Streams, args []string) Code {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	out, errs := &stream{Writer: streams.Out, gone: cancel}, &stream{Writer: streams.Err, gone: cancel}
	s := newSession(ctx, Streams{In: streams.In, Out: out, Err: errs})
	s.stdout = out
	// Until the flags are read, what can be said is said in the form they ask for.
	s.view = s.newView(cmdline.AsksForJSON(args), "auto")

	app := newApp(s)
	for _, c := range app.Commands {
		c.OnUsageError = onUsageError
	}
	if cmdline.Complete(s.Out, app, args, s.completeValues(args)) {
		return reportError(s.view, s.checkWritten(nil))
	}
	ordered, err := cmdline.Arrange(app, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{app.Name}, ordered...))
	}
	if err = s.checkWritten(err); ctx.Err() != nil && err != nil && !isNamed(err) {
		err = ctx.Err()
	}
	return reportError(s.view, err)
}

func newSession(ctx context.Context, streams Streams) *session {
	s := &session{Streams: streams, ctx: ctx, passed: new(passed),
		judge: &operate.CachingJudge{Judge: newJudge()}}
	s.reader = &wanted.Reader{Files: wanted.NewFiles(ctx, streams.In), Fetcher: s.newFetcher,
		Note: func(format string, args ...any) { s.view.Note(format, args...) }}
	return s
}

func newApp(s *session) *cli.App {
	app := &cli.App{
		Name:      "depeer",
		Usage:     "turns lists of hosting providers into GoBGP routing policy",
		UsageText: "depeer [global flags] COMMAND [flags] [FILES]",
		Writer:    s.Out,
		// A comma is a part of a file's name.
		DisableSliceFlagSeparator: true,
		ErrWriter:                 s.Err,
		HideVersion:               true,
		Flags:                     s.global.bindFlags(),
		Commands:                  commands(s),
		Before:                    s.readGlobalFlags,
		OnUsageError:              onUsageError,
		ExitErrHandler:            func(*cli.Context, error) {}, // Run reports
		Action: func(c *cli.Context) error {
			if isTerminal(s.Out) {
				if err := cli.ShowAppHelp(c); err != nil {
					return err
				}
			}
			return cmdline.NewUsageError("depeer help", "no command")
		},
	}
	cmdline.RefuseEmptyValues(app, soakFlag)
	cmdline.ArrangeHelp(app)
	return app
}

// commands returns all commands, each group in the order in which its commands are needed.
func commands(s *session) []*cli.Command {
	var all []*cli.Command
	for _, group := range []struct {
		name     string
		commands []*cli.Command
	}{
		{"Try it", []*cli.Command{labCommand(s)}},
		{"Lists", []*cli.Command{importCommand(s), checkCommand(s), emitCommand(s), impactCommand(s), explainCommand(s)}},
		{"Change a route server", []*cli.Command{planCommand(s), applyCommand(s), confirmCommand(s), watchCommand(s)}},
		{"Look", []*cli.Command{statusCommand(s), historyCommand(s), showCommand(s)}},
		{"Go back", []*cli.Command{rollbackCommand(s), clearCommand(s), recoverCommand(s), repairCommand(s)}},
		{"This program", []*cli.Command{versionCommand(s), completionCommand(s), guardCommand(s), judgeCommand(s)}},
	} {
		for _, c := range group.commands {
			c.Category = group.name
			all = append(all, c)
		}
	}
	return all
}

// globalFlags may stand anywhere on the command line.
type globalFlags struct {
	config    string
	json      bool
	at        string
	color     string
	logFormat string
	verbose   bool
	state     string
	trust     bool
}

func (f *globalFlags) bindFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "config", Destination: &f.config, Aliases: []string{"c"},
			EnvVars: []string{"DEPEER_CONFIG"},
			Usage: "the exchange `FILE` (./depeer.yaml, $XDG_CONFIG_HOME/depeer/depeer.yaml, " +
				"/etc/depeer/depeer.yaml)"},
		&cli.BoolFlag{Name: "json", Destination: &f.json, EnvVars: []string{"DEPEER_JSON"},
			Usage: "print the result as one JSON object"},
		&cli.StringFlag{Name: "at", Destination: &f.at, EnvVars: []string{"DEPEER_AT"},
			Usage: "do it as on this `DAY` (YYYY-MM-DD, or a time in RFC 3339)"},
		&cli.StringFlag{Name: "color", Destination: &f.color, EnvVars: []string{"DEPEER_COLOR"}, Value: "auto",
			Usage: "colours: `auto`, always or never"},
		&cli.StringFlag{Name: "log-format", Destination: &f.logFormat, EnvVars: []string{"DEPEER_LOG_FORMAT"},
			Value: "text",
			Usage: "the log's format: `text` or json"},
		&cli.BoolFlag{Name: "verbose", Destination: &f.verbose, EnvVars: []string{"DEPEER_VERBOSE"},
			Usage: "log every call on stderr"},
		&cli.StringFlag{Name: "state", Destination: &f.state, EnvVars: []string{"DEPEER_STATE"},
			Usage: "the `DIR` for what is kept between runs ($XDG_STATE_HOME/depeer)"},
		&cli.BoolFlag{Name: "trust-files", Destination: &f.trust, EnvVars: []string{"DEPEER_TRUST_FILES"},
			Usage: "use files that other users own or may write: for labs, and for a checkout of a runner's"},
	}
}

// readGlobalFlags reads the global flags before any command runs.
func (s *session) readGlobalFlags(*cli.Context) error {
	color := s.global.color
	switch color {
	case "auto", "always", "never":
	default:
		return cmdline.NewUsageError("--color auto|always|never", "--color %s: no such choice", color)
	}
	s.view = s.newView(s.global.json, color)
	s.reader.Config, s.state = s.global.config, s.global.state
	s.reader.Files.Trust.All = s.global.trust
	s.now = time.Now().UTC()
	if err := s.newLog(s.global.logFormat, s.global.verbose); err != nil {
		return err
	}
	if at := s.global.at; at != "" {
		m, err := filters.ParseMoment(at)
		if err != nil {
			return cmdline.NewUsageError("--at 2008-11-10, or --at 2008-11-10T12:00:00Z", "--at: %v", err)
		}
		s.now = m.Time()
	}
	s.reader.Now = s.now
	s.reader.FixConfig()
	return nil
}

// newLog makes the log, which goes to stderr: warnings, and with --verbose all.
func (s *session) newLog(format string, verbose bool) error {
	options := &slog.HandlerOptions{Level: slog.LevelError}
	if verbose {
		options.Level = slog.LevelDebug
	}
	switch format {
	case "text":
		s.log = slog.New(slog.NewTextHandler(view.EscapeText(s.Err), options))
	case "json":
		s.log = slog.New(slog.NewJSONHandler(view.EscapeJSON(s.Err), options))
	default:
		return cmdline.NewUsageError("--log-format text|json", "--log-format %s: no such format", format)
	}
	return nil
}

func (s *session) newView(json bool, color string) view.View {
	return s.newViewOf(json, color, s.reader.Files.Line)
}

func (s *session) newViewOf(json bool, color string, source func(file string, n int) ([]byte, bool)) view.View {
	return view.New(view.Options{
		JSON: json, Terminal: isTerminal(s.Err), Color: color == "always" || color == "auto" &&
			wantsColor(s.Out, s.Err),
		Out: s.Out, Err: s.Err, Source: source, Screen: s.findScreen(),
	})
}

// wantsColor follows no-color.org: only where both streams are terminals that
// can show it, and the environment does not forbid it.
func wantsColor(streams ...io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	for _, w := range streams {
		if !isTerminal(w) {
			return false
		}
	}
	return true
}

func isTerminal(w io.Writer) bool {
	if s, ok := w.(*stream); ok {
		w = s.Writer
	}
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// stateDir returns the directory for what is kept between runs.
func (s *session) stateDir() (string, error) {
	if s.state != "" {
		return s.state, nil
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return dir + "/depeer", nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no place to keep state: %w; name one with --state", err)
	}
	return home + "/.local/state/depeer", nil
}

func onUsageError(c *cli.Context, err error, _ bool) error {
	line := "depeer help"
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != c.App.Name {
		line += " " + c.Command.Name
	}
	return cmdline.NewUsageError(line, "%v", err)
}
