package exchange

import (
	"fmt"
	"slices"
	"time"

	"depeer/filters"
	"depeer/filters/strict"
	"depeer/policies"
	"depeer/policies/build"
)

// A choice of a member is about all providers of a list that are in force, independent of the
// treatment that the exchange gives them. Like the exchange's own treatments it leaves alone
// expired and excepted providers, those on a ladder that has not begun, and protected space.
// So guards have seen all of it. The member policies deprefer and tag stand for the treatments of
// these names.

// Choices returns what members have chosen about the lists that c was compiled from.
func (e *Exchange) Choices(c *filters.Compiled) build.Choices {
	var out build.Choices
	chosen := make(map[string]bool)
	for _, m := range e.Members {
		chosenPolicies := make(map[string]policies.MemberPolicy)
		for _, c := range m.Choices {
			chosenPolicies[c.List], chosen[c.List] = c.Policy, true
			switch c.Policy {
			case policies.Deprefer:
				out.Deprefer = e.choiceTreatment(c.Policy)
			case policies.Tag:
				out.Tag = e.choiceTreatment(c.Policy)
			}
		}
		if len(chosenPolicies) > 0 {
			out.Members = append(out.Members, build.Chooser{Addresses: m.Addresses, Policies: chosenPolicies})
		}
	}
	for _, l := range listsInForce(c, chosen) {
		out.Lists = append(out.Lists, build.ChosenList{Name: l.Name, Compiled: e.compileAlone(l, c.At)})
	}
	return out
}

// listsInForce returns the chosen lists of c, in their order, each with its providers in force.
func listsInForce(c *filters.Compiled, chosen map[string]bool) []*filters.Listing {
	var out []*filters.Listing
	of := make(map[*filters.Listing]*filters.Listing)
	for _, listed := range c.Listed {
		if !chosen[listed.Listing.Name] {
			continue
		}
		l := of[listed.Listing]
		if l == nil {
			part := *listed.Listing
			part.Providers = nil
			l = &part
			of[listed.Listing], out = l, append(out, l)
		}
		if listed.State == filters.InForce {
			l.Providers = append(l.Providers, *listed.Provider)
		}
	}
	return out
}

// compileAlone compiles a list at a moment to one filter, as if the exchange gave one treatment
// to all of it. It reports no diagnostics: the list is valid, and warnings come from compiling it
// with all others.
func (e *Exchange) compileAlone(l *filters.Listing, at time.Time) *filters.Compiled {
	rules := e.Rules(at)
	rules.Lists[l.Name] = e.Treatments[0].Name
	c, diags := filters.Compile([]*filters.Listing{l}, rules)
	if c == nil {
		panic(fmt.Sprintf("exchange: list %s is valid among others, and not alone: %v", l.Name, diags))
	}
	return c
}

// checkChoice defers the check of a choice, at n, until all treatments are known.
func (r *reader) checkChoice(n strict.Node, c Choice) {
	r.deferCheck(func() {
		if c.Policy == policies.Refuse || r.ex.Treatments == nil {
			return
		}
		place := r.treatmentAt(c.Policy)
		if place < 0 {
			n.Errorf("choice-treatment", "a treatment of that name",
				"there is no treatment %s, which is what is chosen", c.Policy)
			return
		}
		switch t := r.ex.Treatments[place]; {
		case t.Reject:
			n.Errorf("choice-refuses", "refuse", "treatment %s refuses routes", t.Name)
		case !t.TowardsOne().Changes():
			n.Errorf("choice-nothing", "prepend, med, communities or large_communities in it",
				"towards one member treatment %s does nothing: the route server has chosen its path by then, and "+
					"local_pref decides no more", t.Name)
		case c.Policy == policies.Tag && r.hasPolicy(policies.Deprefer) && place < r.treatmentAt(policies.Deprefer):
			n.Errorf("choice-order", "the most severe first",
				"treatment tag stands before deprefer, and members have chosen both")
		}
	})
}

func (r *reader) treatmentAt(w policies.MemberPolicy) int {
	return slices.IndexFunc(r.ex.Treatments, func(t policies.Treatment) bool { return t.Name == w.String() })
}

// hasPolicy says whether any member has chosen a policy.
func (r *reader) hasPolicy(w policies.MemberPolicy) bool {
	return slices.ContainsFunc(r.ex.Members, func(m Member) bool {
		return slices.ContainsFunc(m.Choices, func(c Choice) bool { return c.Policy == w })
	})
}
