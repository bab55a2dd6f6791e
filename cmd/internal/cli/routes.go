package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// Where routes come from, for impact, plan and explain: dumps, or the target.

// ribFlag names dumps of routes.
func ribFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "rib",
		Usage: "take routes from this MRT `FILE` instead of the target; may be repeated"}
}

// routesFlags are those flags: an override for each guard that has one.
func routesFlags() []cli.Flag {
	flags := []cli.Flag{ribFlag(), &cli.BoolFlag{Name: "full", Usage: "show everything, however long"}}
	for _, g := range policies.Guards {
		if g.Flag != "" {
			flags = append(flags, overrideFlag(g))
		}
	}
	return flags
}

func routesArgsOf(c *cli.Context) operate.RouteOptions {
	args := operate.RouteOptions{Dumps: c.StringSlice("rib"), Full: c.Bool("full"), Overrides: plan.Overrides{}}
	for _, g := range policies.Guards {
		if g.Flag != "" && c.IsSet(g.Flag[2:]) {
			args.Overrides[g.Flag[2:]] = overrideOf(c, g.Flag[2:])
		}
	}
	return args
}

// overrideFlag is the override of a guard that has one.
func overrideFlag(g policies.Guard) cli.Flag {
	return &cli.GenericFlag{Name: g.Flag[2:], Value: new(override), Usage: fmt.Sprintf(
		"let %s go up to `N` %s, or N%% of %s, whatever the limit", g.Code[len("guard-"):], g.Unit, g.Of)}
}

// override is the value of such a flag.
type override struct{ policies.Override }

// Set reads what is given.
func (o *override) Set(s string) (err error) {
	o.Override, err = policies.ParseOverride(s)
	return err
}

// String returns what was given, and "" for nothing.
func (o *override) String() string {
	if o.Override == (policies.Override{}) {
		return ""
	}
	return o.Override.String()
}

func overrideOf(c *cli.Context, name string) policies.Override {
	if o, ok := c.Generic(name).(*override); ok {
		return o.Override
	}
	return policies.Override{}
}

// withoutTarget shows what a guard refuses where the target was not reached, too.
func (s *session) withoutTarget(in *wanted.Input, err error) error {
	refused, f := operate.Verdict(in.Diagnostics), new(operate.Error)
	if refused == nil || !errors.As(err, &f) || f.Kind != operate.Unreached {
		return err
	}
	in.Diagnostics.Warnf(diag.Position{}, "target-unreached", "", "the result is without the target: %v", f.Err)
	return s.refusedUnasked(in, refused)
}
