package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/examples"
	"depeer/filters"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/lab"
	"depeer/policies/render"
)

// What the lab tells: the listing of this example is put to the routes of its
// members.
const (
	labListing = "mccolo-2008/listing.yaml"
	labRoutes  = "mccolo-2008/routes.tsv"
	labASN     = filters.ASN(64500)
)

// labTimeout bounds the start and each step. Sessions take one to two seconds.
const labTimeout = 30 * time.Second

func labCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "lab",
		Usage:     "shows on loopback what a listing does: a route server and its members, embedded",
		ArgsUsage: " ",
		Description: "Starts a GoBGP route server and four members in this process, with the routes of\n" +
			"examples/mccolo-2008, and shows what the members hold before the listing of that\n" +
			"example is loaded and after. It needs no root, and only addresses in 127.0.0.0/8.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "keep", Usage: "leave it running, without policy, as a target; ends on Ctrl-C or SIGTERM"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer lab", "lab takes no files: it has a listing of its own")
			}
			return s.lab(c.Context, c.Bool("keep"), c.Bool("json"))
		},
	}
}

func (s *session) lab(ctx context.Context, keep, json bool) error {
	story, members, err := labStory(s.now)
	if err != nil {
		return err
	}
	s.view.Note("starting a route server and %s on loopback", count(len(members), "member"))
	l, err := startLab(ctx, members)
	if err != nil {
		return err
	}
	defer l.Close()

	result := labStands(l)
	if !keep || !json {
		if err := tellLab(ctx, l, story, &result); err != nil {
			return err
		}
		if err := s.view.Lab(result); err != nil {
			return err
		}
	}
	if !keep {
		return nil
	}
	if !json {
		if err := treatLab(ctx, l, render.Anchor(render.TOML)); err != nil {
			return err
		}
	}
	if err := s.view.LabStands(result); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// story is the listing of the lab, as emit would write it.
type story struct {
	listing       *filters.Listing
	configuration []byte
}

func labStory(now time.Time) (*story, []lab.Member, error) {
	text, err := examples.Files.ReadFile(labListing)
	if err != nil {
		return nil, nil, err
	}
	l, diags := listing.Read("examples/"+labListing, text)
	if l == nil {
		return nil, nil, verdict(diags)
	}
	x := exchange.Default().WithASN(labASN)
	compiled, diags := filters.Compile([]*filters.Listing{l}, x.Rules(now))
	if f := verdict(diags); f != nil {
		return nil, nil, f
	}
	if f := verdict(x.Guard([]*filters.Listing{l}, compiled)); f != nil {
		return nil, nil, f
	}
	configuration, err := render.Render(policies.Build(compiled, x.Treatments, x.ASN), render.TOML, nil)
	if err != nil {
		return nil, nil, err
	}
	routes, err := examples.Files.ReadFile(labRoutes)
	if err != nil {
		return nil, nil, err
	}
	members, err := lab.ReadMembers("examples/"+labRoutes, routes)
	return &story{l, configuration}, members, err
}

func startLab(ctx context.Context, members []lab.Member) (*lab.Lab, error) {
	limited, cancel := context.WithTimeout(ctx, labTimeout)
	defer cancel()
	l, err := lab.Start(limited, lab.Config{ASN: labASN, Members: members})
	if err != nil && ctx.Err() == nil {
		return nil, &failure{code: Failed, name: "lab", err: fmt.Errorf("the lab did not start: %w", err),
			hint: "it needs TCP between addresses of 127.0.0.0/8, from 127.0.0.1 on; a firewall may be in the way"}
	}
	return l, err
}

func treatLab(ctx context.Context, l *lab.Lab, configuration []byte) error {
	limited, cancel := context.WithTimeout(ctx, labTimeout)
	defer cancel()
	if err := l.Treat(limited, configuration); err != nil {
		return fmt.Errorf("the lab: %w", errors.Join(err, ctx.Err()))
	}
	return nil
}

// labStands describes a lab whose sessions stand.
func labStands(l *lab.Lab) view.Lab {
	result := view.Lab{Target: l.Target(), ASN: uint32(l.ASN())}
	for _, m := range l.Members() {
		result.Members = append(result.Members, view.LabMember{Address: m.Address.String(), ASN: uint32(m.ASN), Announces: len(m.Announces)})
	}
	return result
}

// tellLab treats the listing, and notes what the members hold before and after,
// as their own tables say.
func tellLab(ctx context.Context, l *lab.Lab, s *story, result *view.Lab) error {
	p := &s.listing.Providers[0]
	result.Provider, result.Reason = p.Name, p.Reason
	result.Listing, result.Treatment = "examples/"+labListing, s.listing.Treatment
	for _, m := range p.ASNs {
		result.Matches = append(result.Matches, "AS"+m.ASN.String())
	}
	for _, m := range p.Prefixes {
		result.Matches = append(result.Matches, m.Prefix.String())
	}
	for after := range 2 {
		if after == 1 {
			if err := treatLab(ctx, l, s.configuration); err != nil {
				return err
			}
		}
		for i := range result.Members {
			m := &result.Members[i]
			routes, err := l.Holds(ctx, filters.ASN(m.ASN))
			if err != nil {
				return fmt.Errorf("the lab: %w", err)
			}
			held := make([]view.LabRoute, 0, len(routes))
			for _, r := range routes {
				held = append(held, view.LabRoute{Prefix: r.Prefix.String(), Path: asPath(r.Path)})
			}
			if after == 0 {
				m.Before = held
			} else {
				m.After = held
			}
		}
	}
	return nil
}

// asPath writes a path as routers show it.
func asPath(path []filters.ASN) string {
	var text []byte
	for i, a := range path {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(text, a.String()...)
	}
	return string(text)
}
