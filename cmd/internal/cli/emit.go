package cli

import (
	"bytes"
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters/diag"
	"depeer/filters/trust"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/persist"
	"depeer/policies/plan"
)

// emitArgs are the flags of emit.
type emitArgs struct {
	lists  []string
	format gobgpconf.Format
	anchor bool
	into   string // a gobgpd.conf whose part of ours is replaced
	output string
}

func emitCommand(s *session) *cli.Command {
	args, format := emitArgs{}, ""
	return &cli.Command{
		Name:      "emit",
		Usage:     "prints the policy as gobgpd configuration",
		ArgsUsage: "[LISTING...]",
		Description: "The configuration defines the policies depeer and depeer-export and all that they need.\n" +
			"Nothing is printed if anything is invalid (exit 3) or a guard refuses (exit 4). What --into would\n" +
			"write is judged by GoBGP's own code first: a file that it cannot start with, or that rejects every\n" +
			"route of a member, is invalid.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "format", Destination: &format, Value: "toml", EnvVars: []string{"DEPEER_FORMAT"},
				Usage: "`toml`, yaml or json"},
			&cli.BoolFlag{Name: "anchor", Destination: &args.anchor,
				Usage: "print only the definitions that are pasted once into gobgpd.conf"},
			&cli.StringFlag{Name: "into", Destination: &args.into,
				Usage: "replace our part of this gobgpd.conf `FILE` (TOML), and keep the " +
					"rest to the byte"},
			bindOutput(&args.output, writeFile),
		},
		Action: func(c *cli.Context) error {
			args.lists = c.Args().Slice()
			var err error
			if args.format, err = gobgpconf.ParseFormat(format); err != nil {
				return cmdline.NewUsageError("depeer emit --format toml|yaml|json", "%v", err)
			}
			return s.emitPolicy(c.Context, args)
		},
	}
}

func (s *session) emitPolicy(ctx context.Context, args emitArgs) error {
	switch {
	case args.anchor && (args.into != "" || len(args.lists) > 0):
		return cmdline.NewUsageError("depeer emit --anchor", "--anchor needs no listing, and goes into no file by itself")
	case args.into == wanted.Stdin:
		return cmdline.NewUsageError("depeer emit --into gobgpd.conf",
			"--into replaces part of a file; it does not read the standard input")
	case args.into != "" && args.format != gobgpconf.TOML:
		return cmdline.NewUsageError("depeer emit --into gobgpd.conf", "--into reads and writes TOML only")
	case args.anchor:
		return s.deliverEmit(ctx, view.Emit{Format: args.format.String(), Configuration: gobgpconf.Anchor(args.format)},
			args.output)
	}

	in, err := s.loadInput(ctx, args.lists)
	if err != nil {
		return err
	}
	if args.into != "" {
		s.compileInto(in, args.into)
	}
	if in.Compiled != nil {
		in.Diagnostics = append(in.Diagnostics, in.Exchange.Inert(in.Compiled)...)
	}
	in.Diagnostics.Sort()
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return f
	}
	if len(in.Lists) == 0 { // or a slip would take out all that is refused now
		return &operate.Error{Kind: operate.Invalid, Name: "invalid-input",
			Hint: "depeer emit LISTING.yaml, or lists in the exchange file",
			Err:  errors.New("no listing, and none in the exchange file")}
	}
	policy := in.Policy()
	if n := len(policy.Sessions); n > 0 && args.into == "" {
		in.Diagnostics.Warnf(diag.Position{File: s.reader.Used}, "emit-sessions",
			"plan and apply shut them; emit --into names the neighbors",
			"no session is shut by this configuration: those of %s are to be", formatCount(n, "ASN"))
		in.Diagnostics.Sort()
	}
	if args.into != "" {
		return s.emitInto(ctx, in, policy, args)
	}
	text, err := gobgpconf.Encode(policy, args.format, operate.CommentOn(plan.Refs(in.Lists)))
	if err != nil {
		return err
	}
	return s.deliverEmit(ctx, view.Emit{Format: args.format.String(), Configuration: text, Diagnostics: in.Diagnostics},
		args.output)
}

// compileInto compiles for the route server that a gobgpd.conf is of, where the exchange
// file does not say which: marks and tags are of its ASN, as they are in a plan for it.
func (s *session) compileInto(in *wanted.Input, name string) {
	text, err := s.reader.Files.Get(name, trust.Any)
	if err != nil || in.Compiled == nil || in.Exchange.ASN != 0 {
		return // emitInto says what cannot be read
	}
	asn, _ := gobgpconf.ReadServer(text)
	in.Compile(s.now, in.Exchange.WithASN(asn))
}

// openConfiguration reads a gobgpd.conf. Who may write it is the operator's business: gobgpd trusts it.
func (s *session) openConfiguration(name string, diags *diag.List) (text []byte, ok bool) {
	return s.reader.Files.Open(name, trust.Any, diags)
}

// emitInto replaces our part of an existing gobgpd.conf.
func (s *session) emitInto(ctx context.Context, in *wanted.Input, policy *policies.RoutingPolicy, args emitArgs) error {
	if err := s.checkOutput(args.into); err != nil {
		return err
	}
	old, ok := s.openConfiguration(args.into, &in.Read)
	if !ok {
		return operate.Verdict(in.Read)
	}
	text, diags := gobgpconf.ReplacePart(args.into, old, policy, operate.CommentOn(plan.Refs(in.Lists)))
	in.Diagnostics = append(append(in.Diagnostics, diags...),
		gobgpconf.FindLeaks(args.into, old, policy, in.Exchange.Limits.MaxAddedBytes)...)
	in.Diagnostics.Sort()
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return f
	}
	judged, err := s.judge.Diagnose(ctx, args.into, old, text)
	if err != nil {
		return err
	}
	in.Diagnostics = append(in.Diagnostics, judged...)
	in.Diagnostics.Sort()
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return f
	}
	e := view.Emit{Format: args.format.String(), Configuration: text, Diagnostics: in.Diagnostics}
	if args.output != "" && args.output != args.into {
		return s.deliverEmit(ctx, e, args.output)
	}
	e.File = args.into
	if e.Changed = !bytes.Equal(old, text); e.Changed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := persist.Replace(args.into, persist.Whole(text), 0o644); err != nil {
			return err
		}
	}
	if err := s.view.Emit(e); err != nil && e.Changed {
		return outputLost(e.File+" is written", err, "look at the file")
	} else if err != nil {
		return err
	}
	return nil
}

// deliverEmit writes a configuration to a file, if one is named, and shows the
// result.
func (s *session) deliverEmit(ctx context.Context, e view.Emit, output string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if output != "" && output != stdoutName {
		e.File, e.Changed = output, true
		if err := s.writeOutput(output, persist.Whole(e.Configuration), 0o644); err != nil {
			return err
		}
	}
	return s.view.Emit(e)
}
