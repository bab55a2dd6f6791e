package impact

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/counted"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Question is what an impact is asked about. Of the sessions that New has shut nothing
// comes any more, and Old is asked for those that were before.
type Question struct {
	Lists *filters.Compiled       // what New was built from
	Old   *policies.RoutingPolicy // in force now; nil: nothing
	New   *policies.RoutingPolicy
	// Past are policies that were in force before Old: what they left may still be there.
	Past []*policies.RoutingPolicy
	// Live says that routes come from a route server's own Adj-RIBs-In: only there can they
	// be treated already.
	Live bool
	// Members are the sessions of the route server. Whoever announces paths and is
	// not among them is a member that is Up, Anchored, and sent both families.
	Members []Session
	// Protect is what is spared.
	Protect filters.Protection
	// Treatments are those that New was built with.
	Treatments []policies.Treatment
	// OutOfReach are the routes of neighbors on which no policy of ours acts; nil: there are none.
	// They are only said to be seen.
	OutOfReach rib.Source
	// Counted is what the plan has counted that is in force; nil: nothing is known of it.
	Counted *counted.Routes
	// CountedOn is the day of that plan, as text; "" where it is not known.
	CountedOn string
	// Details: every path that is treated, or was, is reported.
	Details bool
	// Passages tells which paths the operator's own policies refuse; nil: that is not asked.
	Passages rib.Passages
}

// Session is a member as the route server knows it.
type Session struct {
	rib.Peer
	Name     string
	Up       bool // is sent routes
	Anchored bool // obeys Old; all obey New
	IPv4     bool // is sent IPv4 routes
	IPv6     bool
	// SecondaryRoute: every soft reset of another member sends it everything again, and a
	// path through its own ASN is sent to it (choice.go).
	SecondaryRoute bool
	// Refusers are the operator's policies that may refuse its routes; nil: none of them can.
	Refusers []string
}

// Assess looks at every path of routes, and reports. An error is one of the source's, or of
// Passages.
func Assess(q Question, routes rib.Source) (*Report, error) {
	a := newAssessment(q)
	for p, err := range routes {
		if err != nil {
			return nil, err
		}
		a.addPath(p)
	}
	if err := a.addOutOfReach(); err != nil {
		return nil, err
	}
	return a.buildReport()
}

// assessment is a question on its way to an answer.
type assessment struct {
	Question
	index    *index
	table    *table
	old, new *eval.Evaluator
	past     []*eval.Evaluator // those that leave anything on routes
	asked    bool              // which paths the operator's policies refuse
	sessions []Session         // by the peers' numbers

	// behind are, by announcement, the sessions whose ASN is in the path. The announcer may
	// be left out: its own paths are not offered to it anyway.
	behind lists

	out       *Report
	polluted  Pollution
	members   []Member       // by the peers' numbers
	tally     *counted.Tally // of Counted
	providers []providerCount
	collected *collected
	beyond    map[found]int // paths of OutOfReach that have what is listed
	secondary bool          // some session has secondary-route
	cut       *shutdowns    // sessions that are shut
	choosers  *choosers     // nil: no member has chosen anything, now or before
	sent      [2]int        // sessions that are sent IPv4, and IPv6
	most      [2]tally      // of IPv4 and IPv6: updates of a member to which all paths are offered
	unlike    []tally       // of each session: the difference from that
	resent    resent        // where some session has secondary-route
	usable    [2]int        // prefixes that there was a path to before
	unusable  [][2]int      // of these, of each session: what it could not use
	none      []uint32      // members that could use none of the paths that were counted last, if any was left
	reachable bool          // one was
	room      room
}

// room is memory that is used again for each prefix.
type room struct {
	before, after ranking
	special       []uint32
	route         policies.Route
}

func newAssessment(q Question) *assessment {
	a := &assessment{Question: q, index: newIndex(q.Lists, q.Protect), table: newTable(), out: &Report{},
		tally: q.Counted.Tally(), choosers: newChoosers(q)}
	a.table.shared.keepsIDs = q.needsPassages()
	a.new, a.past = eval.New(q.New), FindLeaving(q.Past...)
	if q.Old != nil && len(q.Old.Import) > 0 {
		a.old = eval.New(q.Old)
	}
	for _, s := range q.Members {
		if int(a.table.numberOfPeer(s.Peer)) == len(a.sessions) {
			a.sessions = append(a.sessions, s)
		}
	}
	return a
}

// addPath judges a path, and keeps what is needed of it.
func (a *assessment) addPath(p *rib.Path) {
	peer := a.table.numberOfPeer(p.Announcer())
	if int(peer) == len(a.sessions) {
		a.sessions = append(a.sessions, Session{Peer: p.Announcer(), Up: true, Anchored: true, IPv4: true, IPv6: true})
	}
	var old eval.Verdict
	if a.old != nil && a.sessions[peer].Anchored {
		old = a.old.Verdict(&p.Route)
	}
	new := a.new.Verdict(&p.Route)
	tagging := untagged
	if a.choosers != nil {
		tagging = a.choosers.numberTags(&p.Route, a.sessions[peer].Anchored)
	}
	a.table.addPath(p, peer, old, new, len(p.LargeCommunities) > 0 && a.scrubsOther(p, peer), tagging)
	if a.Live {
		a.notePolluted(p, old, new)
	}
}

// scrubsOther says whether the new policy takes other communities off a path than the old one,
// whatever else it makes of it: apply resets its member for that, too.
func (a *assessment) scrubsOther(p *rib.Path, peer uint32) bool {
	var off []policies.LargeCommunity
	if a.old != nil && a.sessions[peer].Anchored {
		off = a.old.Scrubbed(&p.Route)
	}
	return !slices.Equal(off, a.new.Scrubbed(&p.Route))
}

// oldEffect and newEffect return the effect of the policies on a path, as text; "" for none.
func (a *assessment) oldEffect(e *entry) string {
	switch {
	case e.old.Refused():
		return "refuse"
	case a.old == nil:
		return ""
	default:
		return a.old.Effect(e.old)
	}
}

func (a *assessment) newEffect(e *entry) string { return a.new.Effect(e.new) }

// buildReport counts all that was seen.
func (a *assessment) buildReport() (*Report, error) {
	a.startCount()
	if err := a.askPassages(); err != nil {
		return nil, err
	}
	var at view
	for slot := range uint32(a.table.prefixes.len()) {
		a.viewPaths(slot, &at)
		a.countPrefix(slot, &at)
	}
	a.fillReport()
	return a.out, nil
}
