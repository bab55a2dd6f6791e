package cli

import (
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/guard"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// Flags are bound to fields: a field and the flag that sets it stand in one place, and no flag is
// read by its name. Those of one command stand in its file, those of several here.

// targetFlag names a route server.
const targetFlag = "target"

// targetFlags are of every command that speaks to a route server. Which one is
// never guessed, so --target has no variable.
type targetFlags struct {
	command  string // whose flags they are
	several  bool   // the command can be done to all targets
	target   string
	timeout  time.Duration
	insecure bool
}

func (f *targetFlags) bindFlags() []cli.Flag {
	return append([]cli.Flag{f.bindTarget()}, f.bindConnection()...)
}

func (f *targetFlags) bindTarget() cli.Flag {
	usage := "the route server: a `NAME` of the exchange file, host:port, or unix:///path"
	if f.several {
		usage += "; all: one after another"
	}
	return &cli.StringFlag{Name: targetFlag, Destination: &f.target, Usage: usage}
}

func (f *targetFlags) bindConnection() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "timeout", Destination: &f.timeout, Value: gobgp.DefaultTimeout,
			EnvVars: []string{"DEPEER_TIMEOUT"}, Usage: "`TIME` after which a silent target counts as not reached"},
		&cli.BoolFlag{Name: "insecure", Destination: &f.insecure, EnvVars: []string{"DEPEER_INSECURE"},
			Usage: "speak plain text to another host, where anybody on the way could change routes"},
	}
}

// isAll says whether a command is to be done to all targets.
func (f *targetFlags) isAll() bool { return f.target == exchange.AllTargets }

// askFlags are of commands that ask before they write.
type askFlags struct {
	command string // whose flags they are
	yes     bool
}

// bindYes returns the flag that answers the question. It passes no guard.
func (f *askFlags) bindYes() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Destination: &f.yes, Usage: "do it without asking; passes no guard"}
}

// routeFlags are of commands that look at routes.
type routeFlags struct {
	dumps     cli.StringSlice
	full      bool
	routes    bool
	csv       bool
	overrides map[string]*override // by their guards' names of them
}

// bindFlags returns the flags, with an override for each guard that has one.
func (f *routeFlags) bindFlags() []cli.Flag {
	flags := []cli.Flag{f.bindRib(), f.bindFull(),
		&cli.BoolFlag{Name: "routes", Destination: &f.routes,
			Usage: "name every route that is refused, changed or released: of whom, by which entry, along which path"},
		&cli.BoolFlag{Name: "csv", Destination: &f.csv, Usage: "print these routes alone, as CSV"}}
	f.overrides = make(map[string]*override)
	for _, g := range guard.Overridable() {
		value := new(override)
		f.overrides[g.Override()] = value
		flags = append(flags, &cli.GenericFlag{Name: g.Override(), Value: value, Usage: g.Usage()})
	}
	return flags
}

// bindRib returns the flag that names dumps of routes.
func (f *routeFlags) bindRib() cli.Flag {
	return &cli.StringSliceFlag{Name: "rib", Destination: &f.dumps,
		Usage: "take routes from this MRT `FILE` instead of the target; may be repeated"}
}

func (f *routeFlags) bindFull() cli.Flag {
	return &cli.BoolFlag{Name: "full", Destination: &f.full, Usage: "show everything, however long"}
}

// readOptions returns what the flags say.
func (f *routeFlags) readOptions() operate.RouteOptions {
	options := operate.RouteOptions{Dumps: f.dumps.Value(), Full: f.full, Details: f.routes || f.csv, Overrides: plan.Overrides{}}
	for name, value := range f.overrides {
		if value.given {
			options.Overrides[name] = value.Override
		}
	}
	return options
}

// useCSV has routes shown as CSV, where that is asked for.
func (s *session) useCSV(asked bool) error {
	switch {
	case !asked:
	case s.global.json:
		return cmdline.NewUsageError("--csv, or --json --routes", "--csv and --json: one of them")
	default:
		s.view = view.NewCSV(s.view, s.Out)
	}
	return nil
}

// soakFlag is the only time that may be 0.
const soakFlag = "soak"

// override is the value of a flag that overrides a guard.
type override struct {
	guard.Override
	given bool
}

// Set reads what is given.
func (o *override) Set(s string) (err error) {
	o.Override, err = guard.ParseOverride(s)
	o.given = true
	return err
}

// String returns what was given, and "" for nothing.
func (o *override) String() string {
	if o.Override == (guard.Override{}) {
		return ""
	}
	return o.Override.String()
}

// span is the value of a flag that takes a time in days, too.
type span time.Duration

// Set reads what is given.
func (s *span) Set(text string) error {
	read, err := filters.ParseSpan(text)
	if e := new(filters.SyntaxError); errors.As(err, &e) {
		return fmt.Errorf("%w: %s", err, e.Hint)
	}
	*s = span(read)
	return err
}

// String returns what was given, and "" for nothing.
func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return filters.FormatSpan(time.Duration(*s))
}

// bindOutput returns the flag that names the file of a result.
func bindOutput(to *string, usage string) cli.Flag {
	return &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Destination: to, Usage: usage}
}

// Results that go to files.
const (
	keepPlan  = "keep the plan in `FILE`"
	writeFile = "write to `FILE`, whole or not at all"
)

// bindSoak returns the flag that says how long a target is watched before the next one is changed.
func bindSoak(to *time.Duration, usual time.Duration) cli.Flag {
	return &cli.DurationFlag{Name: soakFlag, Destination: to, Value: usual,
		Usage: "with --target all: watch each target for this `TIME` before the next is changed"}
}

// usualSoak is the soak unless a flag says otherwise.
const usualSoak = 30 * time.Second
