package plan

import (
	"slices"

	"depeer/policies"
	"depeer/policies/guard"
)

// Guards on the size of a change compare it with what is in force on the target. They count entries of
// lists: a prefix or an ASN counts once, even if several lists have it. If this machine does not know the
// lists of the policy in force, they count the elements of sets (policies.Matched) in both policies. A
// change of treatment counts as an added entry if it refuses the entry from now on, and never as a
// removed one.

// JudgeSessions returns the guard's result for the sessions that a change shuts down. allow is the most that
// pass, as a number or a percentage of the route server's members.
func JudgeSessions(c *Change, allow guard.Override, members int) guard.Result {
	n := 0
	for _, call := range c.Finish {
		if call.Verb == ShutSession {
			n++
		}
	}
	result := guard.Get(guard.Sessions).Judge(guard.Measure{Value: n, Base: members})
	result.Allow(allow)
	return result
}

// Sizes is the input of the guards on the size of a change.
type Sizes struct {
	// Last are the providers of the plan that is in force; nil if none is. Now are those of this plan.
	Last, Now        []ProviderRef
	LastLists, Lists []ListRef
	// InForce and Wanted are the policies, if the plan in force is not known; otherwise nil.
	InForce, Wanted *policies.RoutingPolicy
	// Lost: nothing is in force since a restart, and Last are the providers of the policy before it.
	// Then the guard on growth is not asked.
	Lost                   bool
	Treatments             []policies.Treatment // the present ones
	Growth, Shrink         uint64               // limits in millionths of a percent
	Free                   int                  // entries that may be added whatever Growth says
	AllowGrow, AllowShrink guard.Override       // of the entries that were applied last
}

// Guards returns the results of all guards on the size of a change. If nothing is in force, it does not ask
// the guard on growth: other limits hold then.
func (z *Sizes) Guards() []guard.Result {
	var last, added, gone int
	for _, force := range z.countEntries() {
		if force&was != 0 {
			last++
		}
		if force&is != 0 && (force&was == 0 || force&(wasRefused|isRefused) == isRefused) {
			added++
		}
		if force&is == 0 {
			gone++
		}
	}
	grow := guard.Get(guard.MaxGrowth).Judge(guard.Measure{Value: added, Base: last, Share: z.Growth, Free: z.Free})
	grow.Pass(guard.AtFirst, last == 0 || z.Lost)
	grow.Allow(z.AllowGrow)
	shrink := guard.Get(guard.MaxShrink).Judge(guard.Measure{Value: gone, Base: last, Share: z.Shrink})
	shrink.Allow(z.AllowShrink)
	return append([]guard.Result{grow, shrink}, z.guardEmptied()...)
}

// force is a set of bits: whether an entry was in force or refused before, and whether it is now.
type force uint8

const (
	was force = 1 << iota
	wasRefused
	is
	isRefused
)

// countEntries returns the entries that were in force before, or are in the plan.
func (z *Sizes) countEntries() map[string]force {
	if z.InForce != nil {
		return z.countElements()
	}
	refuses := make(map[string]bool)
	for _, t := range z.Treatments {
		refuses[t.Name] = t.Reject
	}
	n := 0
	for _, r := range z.Now {
		n += len(r.Matches)
	}
	entries := make(map[string]force, n)
	note := func(refs []ProviderRef, there, refused force) {
		for _, r := range refs {
			if r.Treatment == "" {
				continue
			}
			state := there
			if refuses[r.Treatment] {
				state |= refused
			}
			for _, m := range r.Matches {
				entries[m] |= state
			}
		}
	}
	note(z.Last, was, wasRefused)
	note(z.Now, is, isRefused)
	return entries
}

// countElements counts what old and new policy match, each element once, where no lists are known.
func (z *Sizes) countElements() map[string]force {
	elements := make(map[string]force)
	note := func(p *policies.RoutingPolicy, there, refused force) {
		for _, e := range p.Matched(z.Treatments) {
			if elements[e.What] |= there; e.Refused {
				elements[e.What] |= refused
			}
		}
	}
	note(z.InForce, was, wasRefused)
	note(z.Wanted, is, isRefused)
	return elements
}

// Changes returns the differences in providers. If the providers of the policy in force are not known, it
// returns the providers that no element in force belongs to.
func (z *Sizes) Changes() []ProviderChange {
	switch {
	case z.InForce == nil && z.Lost:
		return ProviderChanges(nil, z.Now)
	case z.InForce == nil:
		return ProviderChanges(z.Last, z.Now)
	}
	there := make(map[string]bool)
	for _, e := range z.InForce.Matched(nil) {
		there[e.Match] = true
	}
	var before []ProviderRef
	for _, r := range z.Now {
		if slices.ContainsFunc(r.Matches, func(m string) bool { return there[m] }) {
			before = append(before, r)
		}
	}
	return ProviderChanges(before, z.Now)
}

// guardEmptied returns a result for each list that had entries and has none now. The guard has no override:
// clear removes everything, and a list that is no longer given removes its entries.
func (z *Sizes) guardEmptied() []guard.Result {
	had := make(map[string]int)
	for _, l := range z.LastLists {
		had[l.Name] = l.Prefixes + l.ASNs
	}
	var out []guard.Result
	for _, l := range z.Lists {
		if n := had[l.Name]; n > 0 && l.Prefixes+l.ASNs == 0 {
			result := guard.Get(guard.ListEmpty).Judge(guard.Measure{Value: n, Base: n})
			result.List = l.Name
			out = append(out, result)
		}
	}
	return out
}
