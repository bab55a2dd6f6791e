package apply

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/plan"
)

// Guards on routes were asked when the plan was made. Routes come and go since, so they
// are asked again before anything is written. Listing what everybody announces takes a
// large route server longer than the change itself: where the plan is fresh and the
// daemon's own counts say that no limit can be passed unless members have replaced
// routes by others, that is believed.

const (
	// fresh is how old a plan may be whose counts are believed.
	fresh = 5 * time.Minute
	// little is how many paths are looked at in any case: that takes half a second.
	little = 50_000
)

// GuardError says that more would be refused now than limits and overrides allow, or that a
// route would be so long that the daemon ends.
type GuardError struct{ Answers []guard.Result } // those that refuse

func (e *GuardError) Error() string {
	a := e.Answers[0]
	whose := ""
	if a.Member != nil {
		whose = "of " + a.Member.String() + " "
	}
	if a.Code == guard.UpdateLength {
		return fmt.Sprintf("%s of %s would have %d bytes of attributes, and sending it would end gobgpd [%s]", a.Prefix,
			a.Member, a.Value, a.Code)
	}
	return fmt.Sprintf("routes have changed since the plan was made: %sat most %d were allowed, %d now [%s]", whose,
		a.AtMost(), a.Value, a.Code)
}

// guardRoutes asks guards on routes again.
func (a *Applier) guardRoutes(ctx context.Context, state *plan.State, p *plan.Plan) error {
	f := p.Foreseen
	if f == nil {
		return nil
	}
	limits := impact.Limits{Routes: f.MaxRoutes, MemberRoutes: f.MaxMemberRoutes, AllowRoutes: f.AllowRoutes,
		AllowMemberRoutes: f.AllowMemberRoutes}
	expected, paths := boundRefused(p, state)
	if paths > little && time.Since(p.Made) < fresh && guard.Refusing(expected.Guards(limits)) == nil {
		return nil
	}
	report, err := a.countRefused(ctx, state, p)
	if err != nil {
		return err
	}
	if refuse := guard.Refusing(report.Guards(limits)); refuse != nil {
		return &GuardError{refuse}
	}
	return nil
}

// boundRefused returns the most that can count as refused now, if members have only come, gone, and
// announced more or less: all that they announce more, besides what was refused.
func boundRefused(p *plan.Plan, state *plan.State) (r *impact.Report, paths uint64) {
	then := make(map[netip.Addr]plan.ForeseenMember)
	for _, m := range p.Foreseen.Members {
		then[m.Address] = m
	}
	r = &impact.Report{}
	for _, c := range state.Clients {
		if !c.RouteServer {
			continue
		}
		was := then[c.Address]
		m := impact.Member{Address: c.Address, ASN: c.ASN, Routes: int(c.Accepted),
			Refused: was.Refused + was.Uncounted, Uncounted: was.Uncounted, Shut: shutsSession(&p.Change, c)}
		if c.Accepted > was.Accepted {
			m.Refused += int(c.Accepted - was.Accepted)
		}
		m.NewlyRefused = m.Refused
		r.Count(m)
		paths += c.Accepted
	}
	return r, paths
}

// shutsSession says whether a change shuts the session of a client, and with it all its routes
// out.
func shutsSession(change *plan.Change, c plan.Client) bool {
	return slices.ContainsFunc(change.New.Sessions, func(s policies.Session) bool { return s.Address == c.Address })
}

// countRefused looks at what everybody announces now. What is only more of what the plan has
// counted, does not count again: neither does what comes over a session that is shut, if
// some of it was counted.
func (a *Applier) countRefused(ctx context.Context, state *plan.State, p *plan.Plan) (*impact.Report, error) {
	r := a.beginRun(p, state)
	out, tally := &impact.Report{}, p.Counted.Tally()
	for _, c := range state.Clients {
		if !c.RouteServer || !c.Up {
			continue
		}
		a.logProgress("looking through what %s announces", c.Address)
		m := impact.Member{Address: c.Address, ASN: c.ASN, Shut: shutsSession(&p.Change, c)}
		was := r.hadEvaluators(c.Address)[0]
		for route, err := range a.Daemon.Received(ctx, c.Address) {
			if err != nil {
				if err = r.unlessGone(ctx, c.Address, fmt.Errorf("routes of %s: %w", c.Address, err)); err != nil {
					return nil, err
				}
				break
			}
			m.Routes++
			if m.Shut || r.newPolicy().Verdict(&route).Refused() {
				m.Refused++
				tally.Again(c.Address, c.ASN, &route)
				if effectOf(was, &route) != "refuse" {
					m.NewlyRefused++
				}
			}
		}
		m.Uncounted = tally.Uncounted(c.Address)
		if then := tally.Counted(c.Address); m.Shut && then > 0 {
			m.Uncounted = max(0, m.Refused-then)
		}
		out.Count(m)
	}
	return out, nil
}
