package cli

import (
	"bytes"
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/render"
)

// emitArgs are the flags of emit.
type emitArgs struct {
	lists  []string
	format render.Format
	anchor bool
	into   string // a gobgpd.conf whose part of ours is replaced
	output string
}

func emitCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "emit",
		Usage:     "prints the policy as gobgpd configuration",
		ArgsUsage: "[LISTING...]",
		Description: "The configuration defines the policies depeer and depeer-export and all that they need.\n" +
			"Nothing is printed if anything is invalid (exit 3) or a guard refuses (exit 4).",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Value: "toml", EnvVars: []string{"DEPEER_FORMAT"}, Usage: "`toml`, yaml or json"},
			&cli.BoolFlag{Name: "anchor", Usage: "print only the definitions that are pasted once into gobgpd.conf"},
			&cli.StringFlag{Name: "into", Usage: "replace our part of this gobgpd.conf `FILE` (TOML), and keep the rest to the byte"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, whole or not at all"},
		},
		Action: func(c *cli.Context) error {
			args := emitArgs{lists: c.Args().Slice(), anchor: c.Bool("anchor"), into: c.String("into"), output: c.String("output")}
			var err error
			if args.format, err = render.ParseFormat(c.String("format")); err != nil {
				return usage("depeer emit --format toml|yaml|json", "%v", err)
			}
			return s.emit(c.Context, args)
		},
	}
}

func (s *session) emit(ctx context.Context, args emitArgs) error {
	switch {
	case args.anchor && (args.into != "" || len(args.lists) > 0):
		return usage("depeer emit --anchor", "--anchor needs no listing, and goes into no file by itself")
	case args.into != "" && args.format != render.TOML:
		return usage("depeer emit --into gobgpd.conf", "--into reads and writes TOML only")
	case args.anchor:
		return s.deliver(view.Emit{Format: args.format.String(), Configuration: render.Anchor(args.format)}, args.output, nil)
	}

	in, err := s.load(ctx, args.lists)
	if err != nil {
		return err
	}
	if in.exchange != nil {
		in.diags = append(in.diags, in.exchange.Unsupported()...)
	}
	if f := verdict(in.diags); f != nil {
		return f
	}
	policy := policies.Build(in.compiled, in.exchange.Treatments, in.exchange.ASN)
	if args.into != "" {
		return s.emitInto(in, policy, args)
	}
	text, err := render.Render(policy, args.format, in.comment())
	if err != nil {
		return err
	}
	return s.deliver(view.Emit{Format: args.format.String(), Configuration: text, Diagnostics: in.diags}, args.output, nil)
}

// emitInto replaces our part of an existing gobgpd.conf.
func (s *session) emitInto(in *input, policy *policies.RoutingPolicy, args emitArgs) error {
	old, ok := in.open(s.files, args.into)
	if !ok {
		return verdict(in.read)
	}
	text, diags := render.Into(args.into, old, policy, in.comment())
	in.diags = append(in.diags, diags...)
	if f := verdict(in.diags); f != nil {
		return f
	}
	output := args.into
	if args.output != "" {
		output = args.output
	}
	return s.deliver(view.Emit{Format: args.format.String(), Configuration: text, Diagnostics: in.diags}, output, old)
}

// deliver writes a configuration to a file, if one is named, and shows the
// result. A file that holds it already is left alone.
func (s *session) deliver(e view.Emit, output string, old []byte) error {
	e.File = output
	if output != "" {
		e.Changed = old == nil || !bytes.Equal(old, e.Configuration)
		if e.Changed {
			if err := replaceFile(output, e.Configuration); err != nil {
				return err
			}
		}
	}
	return s.view.Emit(e)
}

// comment is what stands above a configuration: where it comes from. It has no
// date of its own, so that the same input gives the same bytes.
func (in *input) comment() []string {
	lines := []string{"From:"}
	for _, l := range in.lists {
		lines = append(lines, "  "+describe(l))
	}
	return slices.Clip(lines)
}
