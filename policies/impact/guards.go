package impact

import (
	"depeer/policies/guard"
)

// Guards on routes: how much of what members announce is refused, all together and of
// each member. The limits are absolute: what was refused before counts, too. They hold
// a change that refuses more; one that refuses nothing new is never held, or what is
// too much could not be made less. What is refused already, and is only more of what the
// plan in force has counted, does not count again (package counted).
//
// What goes with a session that is shut is refused, and counts among all. That all of
// the member's own is refused is meant then, and has a guard of its own (plan.JudgeSessions):
// an override for it would let as much of every other member's pass.

// Limits are what guards on routes hold a report against.
type Limits struct {
	Routes       uint64 `json:"max_routes"`        // of all paths, in millionths of a percent
	MemberRoutes uint64 `json:"max_member_routes"` // of one member's
	// Overrides: of all paths, and of each member's.
	AllowRoutes       guard.Override `json:"allow_routes,omitzero"`
	AllowMemberRoutes guard.Override `json:"allow_member_routes,omitzero"`
}

// Guards returns the results of all guards on routes: of all together first, then of
// each member with a path that is refused, and whose session is kept. An override is a
// ceiling, that for members for each of them.
func (r *Report) Guards(l Limits) []guard.Result {
	// What is not counted is in neither value nor base: a listed network must not make room
	// for others by announcing more.
	all := guard.Get(guard.MaxRoutes).Judge(guard.Measure{Value: r.Routes.Refused, Base: r.Routes.Total,
		Uncounted: r.Routes.Uncounted, Share: l.Routes})
	all.Pass(guard.AsBefore, r.Routes.NewlyRefused == 0)
	all.Allow(l.AllowRoutes)
	out := []guard.Result{all}
	for _, m := range r.Members {
		if m.Refused == 0 || m.Shut {
			continue
		}
		one := guard.Get(guard.MaxMemberRoutes).Judge(guard.Measure{Value: m.Refused, Base: m.Routes,
			Uncounted: m.Uncounted, Share: l.MemberRoutes})
		address := m.Address
		one.Member = &address
		one.Pass(guard.AsBefore, m.NewlyRefused == 0)
		one.Allow(l.AllowMemberRoutes)
		out = append(out, one)
	}
	return out
}

// Count adds a member with its counts of paths.
func (r *Report) Count(m Member) {
	r.Members = append(r.Members, m)
	r.Routes.Total += m.Routes
	r.Routes.Refused += m.Refused
	r.Routes.NewlyRefused += m.NewlyRefused
	r.Routes.Uncounted += m.Uncounted
}

// Alert is a member that loses more than its limit of what it could use itself.
type Alert struct {
	Member
	Limit int `json:"limit"` // prefixes
}

// Alerts returns the members whose own loss is over the limit for members: these are
// said before anything else. Those whose sessions are shut are said to be so.
func (r *Report) Alerts(l Limits) []Alert {
	out := []Alert{}
	for _, m := range r.Members {
		if limit := guard.Share(m.Usable, l.MemberRoutes); m.Lost > limit && !m.Shut {
			out = append(out, Alert{m, limit})
		}
	}
	return out
}
