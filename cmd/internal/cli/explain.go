package cli

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/rib"
)

func explainCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "explain",
		Usage:     "answers for a prefix or an ASN: which listing, on what evidence, and who announces it",
		ArgsUsage: "PREFIX|ASN|LARGE-COMMUNITY [LISTING...]",
		Description: "Says which entry of which listing meets it, what follows, and who answers for that; or why\n" +
			"nothing does, and which entry comes nearest. With --rib or --target also who announces it,\n" +
			"what becomes of that, and what still covers it. Of a large community of the exchange's it\n" +
			"says what that tells, and of whom today.",
		Flags: append(targetFlags(), ribFlag(), &cli.BoolFlag{Name: "full", Usage: "show everything, however long"}),
		Action: func(c *cli.Context) error {
			community, err := policies.ParseLargeCommunity(c.Args().First())
			isCommunity := err == nil
			var subject impact.Subject
			if !isCommunity {
				if subject, err = parseSubject(c.Args().First()); err != nil {
					return err
				}
			}
			in, err := s.load(c.Context, c.Args().Tail())
			if err != nil {
				return err
			}
			if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
				return f
			}
			result := view.Explain{Full: c.Bool("full")}
			found, done, err := s.explained(c, in, &result)
			if err != nil {
				return err
			}
			defer done()
			if isCommunity {
				return s.view.Meaning(explainCommunity(in, community))
			}
			return s.explain(c.Context, in, subject, c.StringSlice("rib"), found, result)
		},
	}
}

// live is what members of a target announce.
type live struct {
	routes rib.Source // nil: no target was asked
	// left are the policies that may have left something on routes: in force now, or before.
	left []*policies.RoutingPolicy
}

// explained reaches the target, if one is named, and returns its routes.
func (s *session) explained(c *cli.Context, in *wanted.Input, result *view.Explain) (found live, done func(),
	err error) {
	none := func() {}
	if c.String("target") == "" {
		return live{}, none, nil
	}
	t, err := s.targetOf(c, in.Exchange)
	if err != nil {
		return live{}, none, err
	}
	client, err := s.dial(c.Context, t)
	if err != nil {
		return live{}, none, err
	}
	state, err := client.State(c.Context)
	if err != nil {
		return live{}, none, errors.Join(unreached(c.Context, err), client.Close())
	}
	in.Compile(s.now, in.Exchange.Towards(factsOf(t, state)))
	if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
		return live{}, none, errors.Join(f, client.Close())
	}
	server := describeTarget(t, state)
	result.Server = &server
	now := inForce(state)
	found = live{client.Announced(c.Context, state.Clients), append(s.pastOf(t.Address, now), now)}
	return found, func() { closeQuietly(client) }, nil
}

func closeQuietly(client *gobgp.Client) { _ = client.Close() } // it was only read from

func (s *session) explain(ctx context.Context, in *wanted.Input, subject impact.Subject, ribs []string, found live,
	result view.Explain) error {
	x := in.Exchange
	q := impact.Question{Lists: in.Compiled, New: in.Policy(), Protect: x.Protect, Treatments: x.Treatments}
	d := &dumps{names: ribs}
	source := found.routes
	if len(ribs) > 0 {
		source = d.paths()
	}
	q.Live, q.Past = len(ribs) == 0, found.left
	if source != nil {
		source = s.watched(ctx, source, d.done)
	}
	var explanation *impact.Explanation
	err := d.attempt(func() (err error) {
		explanation, err = impact.Explain(q, subject, source)
		return err
	})
	switch {
	case errors.As(err, new(*operate.Error)):
		return err
	case err != nil:
		return unreached(ctx, err)
	}
	if len(ribs) > 0 {
		result.Rib = &d.into
		in.Diagnostics = append(in.Diagnostics, d.diags...)
	}
	tell(x, explanation)
	result.Explanation, result.Diagnostics = explanation, in.Diagnostics
	return s.view.Explain(result)
}

// parseSubject reads a prefix, an address, which stands for itself alone, or an ASN.
func parseSubject(text string) (impact.Subject, error) {
	const right = "depeer explain 198.51.100.0/24, or AS64999"
	if text == "" {
		return impact.Subject{}, usage(right, "explain takes a prefix or an ASN first")
	}
	if !strings.ContainsAny(text, "./:") {
		asn, err := filters.ParseASN(text)
		if err != nil {
			return impact.Subject{}, usage(right, "%v", err)
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
		return impact.Subject{}, usage(hint, "%v", err)
	}
	return impact.Subject{Prefix: p}, nil
}
