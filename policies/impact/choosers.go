package impact

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// This file computes what is sent to members that have chosen something for themselves. A
// route server that runs gobgpd 3.37 cannot tell afterwards: it keeps no Adj-RIB-Out. So all
// of it is expected, and nothing of it is verified.
//
//	                                 without secondary-route   with secondary-route
//	the best path is refused         nothing: withheld,        the best of those that
//	                                 where another is there    are not refused
//	the best path is changed         it                        it

// Choices is the effect of members' choices. Counts are of prefixes.
type Choices struct {
	Members []Chooser    // that have chosen, and are up, by ASN and address
	Resets  []netip.Addr // members that announce a path whose tags change, sorted
	Tagged  int          // with a path whose tags change: every member that gets it gets an update
}

// Chooser is what a member that has chosen is expected to be sent under New.
type Chooser struct {
	rib.Peer
	SecondaryRoute bool
	Refused        int // the best path that there is for it, it refuses
	Another        int // of these, it gets another one (secondary-route)
	Withheld       int // of these, it would get another one, with secondary-route
	Changed        int // it gets a path changed for it alone
}

// choosers counts Choices.
type choosers struct {
	old, new *eval.Evaluator
	exporter *eval.Exporter
	members  []Chooser
	taggings []tagging                // by number, counted from 1
	numbers  map[string]taggingNumber // of taggings, by what they are
	key      []byte                   // room for one
	changed  int
	resets   map[netip.Addr]bool
}

// tagging stands for the tags that import adds to a path. What export does to a path
// depends on its tags alone.
type tagging struct {
	tags     bool // there are some
	differs  bool // they are not those that were in force
	outcomes []outcome
}

// taggingNumber is the number of a tagging, in 24 bits.
type taggingNumber [3]byte

var untagged taggingNumber

// maxTaggings is far more than there are paths with tags of their own.
const maxTaggings = 1<<24 - 1

func numberTagging(n int) taggingNumber { return taggingNumber{byte(n), byte(n >> 8), byte(n >> 16)} }

func (n taggingNumber) value() uint32 { return uint32(n[0]) | uint32(n[1])<<8 | uint32(n[2])<<16 }

// taggingOf returns the tagging of a path, or nil.
func (a *assessment) taggingOf(e *entry) *tagging {
	if n := a.table.shared.list.at(e.shared).tagging; n != untagged {
		return &a.choosers.taggings[n.value()-1]
	}
	return nil
}

// outcome is the effect on a path towards one chooser.
type outcome uint8

const (
	plain   outcome = iota // as to everybody
	changed                // changed for it alone
	refused                // by it
)

// newChoosers returns nil if no member has chosen anything, now or before.
func newChoosers(q Question) *choosers {
	old := q.Old
	if old == nil {
		old = &policies.RoutingPolicy{}
	}
	if len(old.Tags())+len(q.New.Tags()) == 0 {
		return nil
	}
	c := &choosers{
		old: eval.New(old), new: eval.New(q.New), exporter: eval.NewExporter(q.New),
		numbers: make(map[string]taggingNumber), resets: make(map[netip.Addr]bool),
	}
	for _, m := range q.Members {
		if m.Up && q.New.Chooses(m.Address) {
			c.members = append(c.members, Chooser{Peer: m.Peer, SecondaryRoute: m.SecondaryRoute})
		}
	}
	slices.SortFunc(c.members, func(a, b Chooser) int { return a.Compare(b.Peer) })
	return c
}

// numberTags returns the number of the tagging of a path that has tags, or had some.
func (c *choosers) numberTags(r *policies.Route, anchored bool) taggingNumber {
	var had []policies.LargeCommunity
	if anchored {
		had = c.old.Tags(r)
	}
	tags := c.new.Tags(r)
	differs := !slices.Equal(had, tags)
	if len(tags) == 0 && !differs {
		return untagged
	}
	c.key = c.key[:0]
	for _, t := range tags {
		for _, part := range [...]uint32{t.Global, t.Local1, t.Local2} {
			c.key = binary.BigEndian.AppendUint32(c.key, part)
		}
	}
	if differs {
		c.key = append(c.key, 1)
	}
	n, known := c.numbers[string(c.key)]
	if !known && len(c.taggings) == maxTaggings {
		return untagged
	}
	if !known {
		c.taggings = append(c.taggings, c.newTagging(tags, differs))
		n = numberTagging(len(c.taggings))
		c.numbers[string(c.key)] = n
	}
	return n
}

func (c *choosers) newTagging(tags []policies.LargeCommunity, differs bool) tagging {
	t := tagging{tags: len(tags) > 0, differs: differs, outcomes: make([]outcome, len(c.members))}
	for i, m := range c.members {
		switch c.exporter.Effect(m.Address, policies.Route{LargeCommunities: tags}) {
		case "":
		case "refuse":
			t.outcomes[i] = refused
		default:
			t.outcomes[i] = changed
		}
	}
	return t
}

// countChoices counts one prefix with all its paths.
func (a *assessment) countChoices(paths []entry) {
	c := a.choosers
	tags, differs := false, false
	for i := range paths {
		t := a.taggingOf(&paths[i])
		if t == nil {
			continue
		}
		tags = tags || t.tags
		if t.differs {
			differs = true
			c.resets[a.sessions[paths[i].peer].Address] = true
		}
	}
	if differs {
		c.changed++
	}
	if !tags || len(c.members) == 0 {
		return
	}
	order := a.room.after.rankPaths(a.table, paths, a.new, newVerdict)
	for i := range c.members {
		a.countChooser(i, order)
	}
}

// countChooser adds what a chooser is sent of the paths to one prefix, the best first. With
// secondary-route gobgpd 3.37 offers a member paths through its own ASN, too, which the
// member does not take.
func (a *assessment) countChooser(i int, order []*candidate) {
	m := &a.choosers.members[i]
	best := true // none was offered yet
	for _, p := range order {
		loop := a.table.pathOf(&p.entry).Contains(m.ASN)
		became := plain
		if t := a.taggingOf(&p.entry); t != nil {
			became = t.outcomes[i]
		}
		switch {
		case p.Peer == m.Address || loop && !m.SecondaryRoute: // not offered
			continue
		case became == refused:
			if best {
				m.Refused++
			}
			best = false
			continue
		case loop: // offered, and not taken
		case !best && !m.SecondaryRoute:
			m.Withheld++
		default:
			if !best {
				m.Another++
			}
			if became == changed {
				m.Changed++
			}
		}
		return
	}
}

// reportChoices puts into the report what choices come to, and what they cost. A member
// that announces a path whose tags change is reset. All members are told of these paths,
// even if only the tag is removed; those with secondary-route are sent all routes of each
// member that is reset.
func (a *assessment) reportChoices() {
	c := a.choosers
	if c == nil {
		return
	}
	out := &Choices{Members: c.members, Tagged: c.changed}
	for address := range c.resets {
		out.Resets = append(out.Resets, address)
	}
	slices.SortFunc(out.Resets, netip.Addr.Compare)
	a.out.Choices = out

	up, secondary := 0, 0
	for _, m := range a.Question.Members {
		if m.Up {
			up++
		}
		if m.Up && m.SecondaryRoute {
			secondary++
		}
	}
	e := &a.out.Effort
	for _, address := range out.Resets {
		if slices.Contains(e.Resets, address) {
			continue
		}
		e.Resets = append(e.Resets, address)
		for i := range a.out.Members {
			if m := &a.out.Members[i]; m.Address == address {
				m.Reset = true
				e.Seconds += ResetDuration(m.Routes, up)
				e.Again += m.Routes * min(secondary, up-1)
				e.Updates += m.Routes * min(secondary, up-1)
			}
		}
	}
	slices.SortFunc(e.Resets, netip.Addr.Compare)
	e.Updates += out.Tagged * max(0, up-secondary-1)
}
