package choice

import (
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Question is what is in force, what is to be, and between whom.
type Question struct {
	Old, New *policies.RoutingPolicy
	Members  []Member // the sessions of the route server
}

// Member is a session.
type Member struct {
	rib.Peer
	Up             bool // is sent routes
	Anchored       bool // obeys Old; all obey New
	SecondaryRoute bool // gets the next path where export refuses the best one
}

// Report is what is expected. Counts are of prefixes.
type Report struct {
	Members []Expected   // who have chosen, and are up, by ASN and address
	Resets  []netip.Addr // who announce a path whose tags change, sorted
	Tagged  int          // with a path whose tags change: everybody who gets it is told anew
	Total   int          // that anybody announces
}

// Expected is what a member is expected to be sent under New.
type Expected struct {
	Address        netip.Addr
	ASN            uint32
	SecondaryRoute bool
	Refused        int // the best path that there is for it, it refuses
	Another        int // of these, it gets another one (secondary-route)
	Withheld       int // of these, it would get another one, with secondary-route
	Changed        int // it gets a path changed for it alone
}

// Foresight is a question on its way to an answer.
type Foresight struct {
	Question
	old, new *eval.Evaluator
	exporter *eval.Exporter
	choosers []Member
	peers    map[netip.Addr]Member

	prefixes map[netip.Prefix]bool // all that were seen; true: with tags under New
	changed  map[netip.Prefix]bool // with a path whose tags change
	resets   map[netip.Addr]bool
	paths    map[netip.Prefix][]*candidate
}

// New begins. It returns nil where nobody has chosen anything, nor had before.
func New(q Question) *Foresight {
	if len(q.Old.Tags())+len(q.New.Tags()) == 0 {
		return nil
	}
	f := &Foresight{
		Question: q, old: eval.New(q.Old), new: eval.New(q.New), exporter: eval.NewExporter(q.New),
		peers:    make(map[netip.Addr]Member),
		prefixes: make(map[netip.Prefix]bool), changed: make(map[netip.Prefix]bool), resets: make(map[netip.Addr]bool),
		paths: make(map[netip.Prefix][]*candidate),
	}
	for _, m := range q.Members {
		f.peers[m.Address] = m
		if m.Up && q.New.Chooses(m.Address) {
			f.choosers = append(f.choosers, m)
		}
	}
	slices.SortFunc(f.choosers, func(a, b Member) int { return a.Compare(b.Peer) })
	return f
}

// Over returns routes, and looks at each of them as it goes by: for the first time.
func (f *Foresight) Over(routes rib.Source) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for p, err := range routes {
			if err == nil {
				f.see(p)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

func (f *Foresight) see(p *rib.Path) {
	var had []policies.LargeCommunity
	tags := f.new.Tags(&p.Route)
	f.prefixes[p.Prefix] = f.prefixes[p.Prefix] || len(tags) > 0
	if m, known := f.peers[p.Peer]; !known || m.Anchored {
		had = f.old.Tags(&p.Route)
	}
	if !slices.Equal(had, tags) {
		f.changed[p.Prefix], f.resets[p.Peer] = true, true
	}
}

// Needed says whether the routes are to be looked at again.
func (f *Foresight) Needed() bool {
	if len(f.choosers) == 0 {
		return false
	}
	for _, tagged := range f.prefixes {
		if tagged {
			return true
		}
	}
	return false
}

// Again looks at the same routes for the second time. An error is one of the source's.
func (f *Foresight) Again(routes rib.Source) error {
	for p, err := range routes {
		if err != nil {
			return err
		}
		if f.prefixes[p.Prefix] {
			if c, ok := f.candidate(p); ok {
				f.paths[p.Prefix] = append(f.paths[p.Prefix], c)
			}
		}
	}
	return nil
}

// Report returns the answer.
func (f *Foresight) Report() Report {
	r := Report{Tagged: len(f.changed), Total: len(f.prefixes)}
	for a := range f.resets {
		r.Resets = append(r.Resets, a)
	}
	slices.SortFunc(r.Resets, netip.Addr.Compare)
	for i, m := range f.choosers {
		x := Expected{Address: m.Address, ASN: uint32(m.ASN), SecondaryRoute: m.SecondaryRoute}
		for _, paths := range f.paths {
			x.count(m, i, paths)
		}
		r.Members = append(r.Members, x)
	}
	return r
}
