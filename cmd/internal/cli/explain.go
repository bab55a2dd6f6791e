package cli

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

func explainCommand(s *session) *cli.Command {
	flags := struct {
		targetFlags
		routeFlags
	}{targetFlags: targetFlags{command: "explain"}}
	return &cli.Command{
		Name:      "explain",
		Usage:     "answers for a prefix or an ASN: which listing, on what evidence, and who announces it",
		ArgsUsage: "PREFIX|ASN|LARGE-COMMUNITY [LISTING...]",
		Description: "Says which entry of which listing meets it, what follows, and who answers for that; or why\n" +
			"nothing does, and which entry comes nearest. With --rib or --target also who announces it,\n" +
			"what becomes of that, and what still covers it. Of a large community of the exchange's it\n" +
			"says what that tells, and of whom today.",
		Flags: append(flags.targetFlags.bindFlags(), flags.bindRib(), flags.bindFull()),
		Action: func(c *cli.Context) error {
			community, err := policies.ParseLargeCommunity(c.Args().First())
			isCommunity := err == nil
			var subject impact.Subject
			if !isCommunity {
				if subject, err = parseSubject(c.Args().First()); err != nil {
					return err
				}
			}
			in, err := s.loadInput(c.Context, c.Args().Tail())
			if err != nil {
				return err
			}
			if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
				return f
			}
			var t *operate.Target
			if flags.target != "" {
				found, err := s.findTarget(flags.targetFlags, in.Exchange)
				if err != nil {
					return err
				}
				t = &found
			}
			if isCommunity {
				return s.explainCommunity(c.Context, in, t, community)
			}
			answer, err := s.newOperator().Explain(c.Context, in, subject, t, flags.dumps.Value())
			if err != nil {
				return err
			}
			answer.Full = flags.full
			return s.view.Explain(answer)
		},
	}
}

// explainCommunity says what a large community tells; t is nil where no target is asked.
func (s *session) explainCommunity(ctx context.Context, in *wanted.Input, t *operate.Target,
	community policies.LargeCommunity) error {
	if t != nil {
		if err := s.newOperator().CompileOn(ctx, in, *t); err != nil {
			return err
		}
	}
	return s.view.Meaning(describeCommunity(in, community))
}

// parseSubject reads a prefix, an address, which stands for itself alone, or an ASN.
func parseSubject(text string) (impact.Subject, error) {
	const right = "depeer explain 198.51.100.0/24, or AS64999"
	if text == "" {
		return impact.Subject{}, cmdline.NewUsageError(right, "explain takes a prefix or an ASN first")
	}
	if !strings.ContainsAny(text, "./:") {
		asn, err := filters.ParseASN(text)
		if err != nil {
			return impact.Subject{}, cmdline.NewUsageError(right, "%v", err)
		}
		return impact.Subject{ASN: asn}, nil
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" && !a.Is4In6() {
		return impact.Subject{Prefix: netip.PrefixFrom(a, a.BitLen())}, nil
	}
	p, err := filters.ParsePrefix(text)
	if err != nil {
		hint := right
		if e := new(filters.SyntaxError); errors.As(err, &e) && e.Hint != "" {
			hint = "depeer explain " + e.Hint
		}
		return impact.Subject{}, cmdline.NewUsageError(hint, "%v", err)
	}
	return impact.Subject{Prefix: p}, nil
}
