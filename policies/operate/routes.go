package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// RouteOptions name the routes to look at, and the overrides of guards on them.
type RouteOptions struct {
	Dumps     []string // MRT files, in place of what a target's members announce
	Full      bool     // a person is shown everything, however long
	Details   bool     // every path that is treated is reported
	Overrides plan.Overrides
}

// collectLimits returns the limits of guards on routes.
func collectLimits(x *exchange.Exchange, overrides plan.Overrides) impact.Limits {
	return impact.Limits{
		Routes: uint64(x.Limits.MaxRoutes), MemberRoutes: uint64(x.Limits.MaxMemberRoutes),
		AllowRoutes: overrides.For(guard.MaxRoutes), AllowMemberRoutes: overrides.For(guard.MaxMemberRoutes),
	}
}

// ListSessions returns the members of a target that have policies of ours, or will.
func ListSessions(state *plan.State, x *exchange.Exchange) []impact.Session {
	var out []impact.Session
	for _, c := range state.Clients {
		if !c.RouteServer {
			continue
		}
		out = append(out, impact.Session{
			Peer: rib.Peer{Address: c.Address, ASN: c.ASN},
			Name: cmp.Or(FindMemberName(x, rib.Peer{Address: c.Address, ASN: c.ASN}), c.Description),
			Up:   c.Up, Anchored: slices.Contains(c.Import.Policies, policies.ImportPolicy),
			IPv4: c.IPv4, IPv6: c.IPv6, SecondaryRoute: c.SecondaryRoute, Refusers: state.Refusers(c),
		})
	}
	return out
}

// FindMemberName returns the exchange file's name of a session: by its address, or else by its ASN.
func FindMemberName(x *exchange.Exchange, p rib.Peer) string {
	name := ""
	for _, m := range x.Members {
		if slices.Contains(m.Addresses, p.Address) {
			return m.Name
		}
		if m.ASN == p.ASN && name == "" {
			name = m.Name
		}
	}
	return name
}

// assessRoutes looks at all routes of dumps, or of a target.
func (o *Operator) assessRoutes(ctx context.Context, q impact.Question, x *exchange.Exchange, source rib.Source,
	done func() string) (*impact.Report, error) {
	report, err := impact.Assess(q, o.addProgress(ctx, source, done))
	if err != nil {
		return nil, err
	}
	for i := range report.Members {
		m := &report.Members[i]
		m.Name = FindMemberName(x, rib.Peer{Address: m.Address, ASN: m.ASN})
	}
	namePolluted(x, report.Polluted)
	return report, nil
}

// pathsPerCheck is the number of paths between two looks at the clock.
const pathsPerCheck = 1 << 14

// addProgress returns a source of the same paths that ends with ctx, and shows progress once a second;
// done is a clause added to it.
func (o *Operator) addProgress(ctx context.Context, source rib.Source, done func() string) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		n, shown := 0, time.Now()
		for p, err := range source {
			if n++; n%pathsPerCheck == 0 {
				if ctx.Err() != nil {
					yield(nil, ctx.Err())
					return
				}
				if time.Since(shown) > time.Second {
					shown = time.Now()
					o.Progress(fmt.Sprintf("%s looked at%s", Count(n, "route"), done()))
				}
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// ListGuards returns the refusals of guards that need no routes.
func ListGuards(in *wanted.Input) []guard.Result {
	var out []guard.Result
	for _, d := range in.Diagnostics {
		if d.Severity != diag.Refused {
			continue
		}
		g := guard.Result{Code: d.Code}
		if d.Code == guard.AddedBytes && in.Compiled != nil {
			g.Value, g.Limit = in.Exchange.AddedBytes(in.Compiled)[d.Position], in.Exchange.Limits.MaxAddedBytes
		}
		out = append(out, g)
	}
	return out
}

// CheckAskable returns the failure of input with which no target is asked, or nil. The guard on
// added bytes judges what is done to routes: what lists match passes the others, so the
// target may be asked, and the whole result is shown.
func CheckAskable(diags diag.List) *Error {
	f := Verdict(diags)
	if f == nil || f.Kind != Guarded {
		return f
	}
	for _, d := range diags {
		if d.Severity == diag.Refused && d.Code != guard.AddedBytes {
			return f
		}
	}
	return nil
}

// CheckGuards returns the failure of a result that guards refuse, or nil.
func CheckGuards(guards []guard.Result) error {
	n := 0
	for _, g := range guards {
		if !g.OK {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return &Error{Kind: Guarded, Name: "guard", Err: errors.New("refused for " + Count(n, "reason"))}
}

// noteForeseen returns what apply checks again.
func noteForeseen(state *plan.State, limits impact.Limits, report *impact.Report) *plan.Foreseen {
	f := &plan.Foreseen{MaxRoutes: limits.Routes, MaxMemberRoutes: limits.MemberRoutes, AllowRoutes: limits.AllowRoutes,
		AllowMemberRoutes: limits.AllowMemberRoutes}
	refused, uncounted := make(map[netip.Addr]int), make(map[netip.Addr]int)
	for _, m := range report.Members {
		refused[m.Address] += m.Refused - m.Uncounted
		uncounted[m.Address] += m.Uncounted
	}
	for _, c := range state.Clients {
		if c.RouteServer {
			f.Members = append(f.Members, plan.ForeseenMember{Address: c.Address, Accepted: c.Accepted,
				Refused: refused[c.Address], Uncounted: uncounted[c.Address]})
		}
	}
	return f
}
