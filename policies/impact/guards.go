package impact

import "depeer/policies"

// Guards on routes: how much of what members announce is refused, all together and of
// each member. The limits are absolute: what was refused before counts, too. They hold
// a change that refuses more; one that refuses nothing new is never held, or what is
// too much could not be made less.
//
// What goes with a session that is shut is refused, and counts among all. That all of
// the member's own is refused is meant then, and has a guard of its own (plan.SessionGuard):
// an override for it would let as much of every other member's pass.

// Limits are what guards on routes hold a report against.
type Limits struct {
	Routes       uint64 `json:"max_routes"`        // of all paths, in millionths of a percent
	MemberRoutes uint64 `json:"max_member_routes"` // of one member's
	// Overrides, in paths; 0: none. The second is for each member.
	AllowRoutes       int `json:"allow_routes,omitempty"`
	AllowMemberRoutes int `json:"allow_member_routes,omitempty"`
}

// Guards returns the answers of all guards on routes: of all together first, then of
// each member with a path that is refused, and whose session is kept. An override passes what is exactly its
// number; that for members, whose largest refusal over the limit is exactly its.
func (r *Report) Guards(l Limits) []policies.Answer {
	exactly := func(value, allowed int) bool { return value == allowed }
	return r.guards(l, exactly)
}

// Again returns the answers for a plan whose limits were passed before: routes have
// come and gone since, so an override passes what is no more than its number.
func (r *Report) Again(l Limits) []policies.Answer {
	atMost := func(value, allowed int) bool { return value <= allowed }
	return r.guards(l, atMost)
}

func (r *Report) guards(l Limits, allows func(value, allowed int) bool) []policies.Answer {
	all := answer("guard-max-routes", r.Routes.Refused, r.Routes.Total, l.Routes)
	all.Pass(policies.AsBefore, r.Routes.NewlyRefused == 0)
	all.Pass(policies.ByOverride, allows(all.Value, l.AllowRoutes))
	out := []policies.Answer{all}
	most := 0
	for _, m := range r.Members {
		if m.Refused == 0 || m.Shut {
			continue
		}
		a := answer("guard-max-member-routes", m.Refused, m.Routes, l.MemberRoutes)
		address := m.Address
		a.Member = &address
		a.Pass(policies.AsBefore, m.NewlyRefused == 0)
		if !a.OK {
			most = max(most, a.Value)
		}
		out = append(out, a)
	}
	if most > 0 && allows(most, l.AllowMemberRoutes) {
		for i := range out[1:] {
			out[1+i].Pass(policies.ByOverride, true)
		}
	}
	return out
}

// Count adds a member with its counts of paths.
func (r *Report) Count(m Member) {
	r.Members = append(r.Members, m)
	r.Routes.Total += m.Routes
	r.Routes.Refused += m.Refused
	r.Routes.NewlyRefused += m.NewlyRefused
}

func answer(code string, value, base int, limit uint64) policies.Answer {
	a := policies.Answer{Code: code, Value: value, Base: base, Limit: policies.Share(base, limit), Flag: policies.GuardOf(code).Flag}
	a.OK = value <= a.Limit
	return a
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
		if limit := policies.Share(m.Usable, l.MemberRoutes); m.Lost > limit && !m.Shut {
			out = append(out, Alert{m, limit})
		}
	}
	return out
}
