package operate

import (
	"errors"
	"slices"

	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// Members' own choices: package exchange reads them, package plan puts them in, and package impact
// foresees what members get, which the daemon does not tell afterwards.

// warnOfAbsentChoosers warns of members who have chosen, and have no session on the target: they believe
// that their choice is in force.
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

// describeChoices returns what members have chosen, and what they are expected to get.
func describeChoices(x *exchange.Exchange, r *impact.Report) *Choices {
	out := &Choices{Members: []Chosen{}, Prefixes: r.Prefixes.Total}
	for _, m := range r.Choices.Members {
		c := Chosen{
			Address: m.Address, ASN: uint32(m.ASN), SecondaryRoute: m.SecondaryRoute, Policies: map[string]string{},
			Refused: m.Refused, Changed: m.Changed, Another: m.Another, Withheld: m.Withheld,
		}
		for _, member := range x.Members {
			if slices.Contains(member.Addresses, m.Address) {
				c.Name = member.Name
				for _, choice := range member.Choices {
					c.Policies[choice.List] = choice.Policy.String()
				}
			}
		}
		out.Members = append(out.Members, c)
	}
	return out
}

// checkChoices returns an error where a rollback would bring back choices that cannot be done any more.
func checkChoices(state *plan.State, want *policies.RoutingPolicy) error {
	if refused := plan.JudgeAddPath(state, want); len(refused) > 0 {
		return &Error{Kind: Guarded, Name: "guard",
			Err: errors.New(refused[0].Member.String() +
				" has chosen, and is sent several paths for a prefix: nothing would be taken back from it [" +
				guard.AddPath + "]")}
	}
	return nil
}
