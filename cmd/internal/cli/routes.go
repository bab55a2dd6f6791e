package cli

import (
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/filters/diag"
	"depeer/policies/guard"
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
	for _, g := range guard.Overridable() {
		flags = append(flags, overrideFlag(g))
	}
	return flags
}

func routesArgsOf(c *cli.Context) operate.RouteOptions {
	args := operate.RouteOptions{Dumps: c.StringSlice("rib"), Full: c.Bool("full"), Overrides: plan.Overrides{}}
	for _, g := range guard.Overridable() {
		if name := g.Override(); c.IsSet(name) {
			args.Overrides[name] = overrideOf(c, name)
		}
	}
	return args
}

// overrideFlag is the override of a guard that has one.
func overrideFlag(g guard.Guard) cli.Flag {
	return &cli.GenericFlag{Name: g.Override(), Value: new(override), Usage: g.Usage()}
}

// override is the value of such a flag.
type override struct{ guard.Override }

// Set reads what is given.
func (o *override) Set(s string) (err error) {
	o.Override, err = guard.ParseOverride(s)
	return err
}

// String returns what was given, and "" for nothing.
func (o *override) String() string {
	if o.Override == (guard.Override{}) {
		return ""
	}
	return o.Override.String()
}

func overrideOf(c *cli.Context, name string) guard.Override {
	if o, ok := c.Generic(name).(*override); ok {
		return o.Override
	}
	return guard.Override{}
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
