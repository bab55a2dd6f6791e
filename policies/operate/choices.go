package operate

import (
	"errors"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/choice"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// What members have chosen for themselves: package exchange reads it, package plan puts it
// in. Here it is foreseen what they get; nobody can tell afterwards.

// foresight is about the members of a question; nil where nobody has chosen anything.
func foresight(q impact.Question) *choice.Foresight {
	old := q.Old
	if old == nil {
		old = &policies.RoutingPolicy{}
	}
	about := choice.Question{Old: old, New: q.New}
	for _, m := range q.Members {
		about.Members = append(about.Members,
			choice.Member{Peer: m.Peer, Up: m.Up, Anchored: m.Anchored, SecondaryRoute: m.SecondaryRoute})
	}
	return choice.New(about)
}

// toldAnew adds to a report what choices cost: whose routes get other tags is reset, and all
// are told of these, if only of the tag's going; but those with secondary-route of all routes
// of who is reset.
func toldAnew(r *impact.Report, foreseen choice.Report, members []impact.Session) {
	up, secondary := 0, 0
	for _, m := range members {
		if m.Up {
			up++
		}
		if m.Up && m.SecondaryRoute {
			secondary++
		}
	}
	e := &r.Effort
	for _, a := range foreseen.Resets {
		if slices.Contains(e.Resets, a) {
			continue
		}
		e.Resets = append(e.Resets, a)
		for i := range r.Members {
			if m := &r.Members[i]; m.Address == a {
				m.Reset = true
				e.Seconds += impact.Standstill(m.Routes, up)
				e.Again += m.Routes * min(secondary, up-1)
				e.Updates += m.Routes * min(secondary, up-1)
			}
		}
	}
	slices.SortFunc(e.Resets, netip.Addr.Compare)
	e.Updates += foreseen.Tagged * max(0, up-secondary-1)
}

// warnOfAbsentChoosers warns of members who have chosen, and of whose sessions a target has none:
// somebody believes that a choice is in force.
func warnOfAbsentChoosers(in *wanted.Input, state *plan.State) {
	for _, m := range in.Exchange.Members {
		there := slices.ContainsFunc(state.Clients,
			func(c plan.Client) bool { return c.RouteServer && slices.Contains(m.Addresses, c.Address) })
		if len(m.Choices) > 0 && !there {
			in.Diagnostics.Warnf(m.Source, "exchange-choice-nobody", "",
				"AS%s has chosen, and none of its addresses is a member of the target", m.ASN)
		}
	}
	in.Diagnostics.Sort()
}

// chosenOf says what members have chosen, and what they are expected to get.
func chosenOf(x *exchange.Exchange, r choice.Report) *Choices {
	out := &Choices{Members: []Chosen{}, Prefixes: r.Total}
	for _, m := range r.Members {
		c := Chosen{
			Address: m.Address, ASN: m.ASN, SecondaryRoute: m.SecondaryRoute, Wishes: map[string]string{},
			Refused: m.Refused, Changed: m.Changed, Another: m.Another, Withheld: m.Withheld,
		}
		for _, member := range x.Members {
			if slices.Contains(member.Addresses, m.Address) {
				c.Name = member.Name
				for _, wish := range member.Choices {
					c.Wishes[wish.List] = wish.Wish.String()
				}
			}
		}
		out.Members = append(out.Members, c)
	}
	return out
}

// looksAgain says what choices come to, where routes have gone by once. again gives the
// same routes.
func looksAgain(f *choice.Foresight, again func() rib.Source) (choice.Report, error) {
	if f.Needed() {
		if err := f.Again(again()); err != nil {
			return choice.Report{}, err
		}
	}
	return f.Report(), nil
}

// choosable says why the way back leads to choices that cannot be done any more.
func choosable(state *plan.State, want *policies.RoutingPolicy) error {
	if refused := plan.JudgeAddPath(state, want); len(refused) > 0 {
		return &Error{Kind: Guarded, Name: "guard",
			Err: errors.New(refused[0].Member.String() +
				" has chosen, and is sent several paths for a prefix: nothing would be taken back from it [" +
				guard.AddPath + "]")}
	}
	return nil
}
