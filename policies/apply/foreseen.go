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

// The plan has asked the guards on routes. Routes come and go, so apply asks the guards again before it
// writes anything. Listing all announcements takes a large route server longer than the change itself.
// So apply skips the listing if the plan is fresh, and the daemon's own counts say that no limit can be
// exceeded unless members have replaced routes by others.

const (
	// fresh is the maximum age of a plan whose counts are believed.
	fresh = 5 * time.Minute
	// little is the number of paths up to which all are listed in any case: that takes half a second.
	little = 50_000
)

// GuardError says that more would be refused now than limits and overrides allow, or that a
// route would be so long that the daemon ends.
type GuardError struct{ Results []guard.Result } // those that refuse

func (e *GuardError) Error() string {
	a := e.Results[0]
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

// boundRefused returns an upper bound of the refused routes now, if members have only come, gone, and
// announced more or fewer routes. It counts all additional routes as refused.
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

// shutsSession says whether a change shuts down the session of a client, and so removes all its routes.
func shutsSession(change *plan.Change, c plan.Client) bool {
	return slices.ContainsFunc(change.New.Sessions, func(s policies.Session) bool { return s.Address == c.Address })
}

// countRefused counts refused routes in what all clients announce now. More specifics of what the plan
// has counted do not count again. Of a session that is to be shut down, only the routes beyond those
// counted by the plan do.
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
