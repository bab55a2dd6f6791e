package plan

import "depeer/policies"

// Guards on how much a plan changes, against what was applied last. They count what
// is listed, as the lists say it: an entry is a prefix or an ASN, once, whoever lists
// it. A change of treatment adds an entry where it is refused from now on, and takes
// none away.

// The codes of guards on the size of a change.
const (
	CodeGrowth = "guard-max-growth"
	CodeShrink = "guard-max-shrink"
	CodeEmpty  = "guard-list-empty"
)

// CodeSessions is the code of the guard on sessions that are shut, and AllowSessions its
// override.
const (
	CodeSessions  = "guard-sessions"
	AllowSessions = "allow-sessions"
)

// SessionGuard answers whether a change may shut the sessions that it does: only up to
// what allow lets pass, which may be a percentage of the route server's members.
func SessionGuard(c *Change, allow policies.Override, members int) Guard {
	n := 0
	for _, call := range c.Finish {
		if call.Verb == ShutSession {
			n++
		}
	}
	g := Guard{Code: CodeSessions, Value: n, Base: members, OK: n == 0, Flag: "--" + AllowSessions}
	g.Allow(allow)
	return g
}

// Guard is the answer of one guard.
type Guard = policies.Answer

// Sizes is what guards on the size of a change look at.
type Sizes struct {
	// Last and Now are the providers of the plan that was applied last, and of
	// this one; Last is nil where none was.
	Last, Now              []ProviderRef
	LastLists, Lists       []ListRef
	Treatments             []policies.Treatment // the present ones
	Growth, Shrink         uint64               // limits in millionths of a percent
	Free                   int                  // entries that may be added whatever Growth says
	AllowGrow, AllowShrink policies.Override    // of the entries that were applied last
}

// Guards returns the answers of all guards on the size of a change. Growth is not
// looked at where nothing was applied: other limits hold then.
func (z *Sizes) Guards() []Guard {
	var last, added, gone int
	for _, force := range z.entries() {
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
	grow := Guard{Code: CodeGrowth, Value: added, Limit: max(z.Free, policies.Share(last, z.Growth)), Base: last, Flag: "--allow-growth"}
	grow.OK = grow.Value <= grow.Limit
	grow.Pass(policies.AtFirst, last == 0)
	grow.Allow(z.AllowGrow)
	shrink := Guard{Code: CodeShrink, Value: gone, Limit: policies.Share(last, z.Shrink), Base: last, Flag: "--allow-shrink"}
	shrink.OK = shrink.Value <= shrink.Limit
	shrink.Allow(z.AllowShrink)
	return append([]Guard{grow, shrink}, z.emptied()...)
}

// force says when an entry is in force, and when it is refused.
type force uint8

const (
	was force = 1 << iota
	wasRefused
	is
	isRefused
)

// entries returns what was in force, and what is.
func (z *Sizes) entries() map[string]force {
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

// emptied returns a guard for each list that had entries and has none now. There
// is no override: clear takes everything out, and a list that is no longer given
// takes its entries with it.
func (z *Sizes) emptied() []Guard {
	had := make(map[string]int)
	for _, l := range z.LastLists {
		had[l.Name] = l.Prefixes + l.ASNs
	}
	var out []Guard
	for _, l := range z.Lists {
		if n := had[l.Name]; n > 0 && l.Prefixes+l.ASNs == 0 {
			out = append(out, Guard{Code: CodeEmpty, Value: n, Base: n, List: l.Name})
		}
	}
	return out
}
