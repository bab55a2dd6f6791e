package policies

import (
	"fmt"
	"slices"

	"depeer/filters"
)

// Treatment is what happens to an announcement that a listing matches. Either
// it is refused, or its attributes change and it goes on to the operator's own
// policies. A treatment never accepts.
type Treatment struct {
	Name    string // slug
	Reject  bool
	Session SessionTreatment // of a listed network that is itself a member
	Ask     string           // whom that member is told to ask, where its session is shut
	Towards Towards          // whom it is done for

	LocalPref        uint32  // 1 to 4294967295; 0: left alone (gobgpd drops a 0 silently)
	MED              *uint32 // nil: left alone
	Prepend          uint8   // times that the leftmost AS is prepended; 0: not
	Communities      []Community
	LargeCommunities []LargeCommunity
	// Reason is the one of LargeCommunities that tells why a route is treated. Nobody but
	// the route server gives one with its first two parts: what members send of them is
	// scrubbed. The zero value: none tells.
	Reason LargeCommunity
}

// Changes says whether the treatment changes any attribute.
func (t Treatment) Changes() bool {
	return t.LocalPref != 0 || t.MED != nil || t.Prepend != 0 || len(t.Communities) != 0 || len(t.LargeCommunities) != 0
}

// SessionTreatment says what happens to the session of a listed neighbor itself.
type SessionTreatment uint8

const (
	Keep SessionTreatment = iota
	Shut
)

// String returns the word of the exchange file.
func (s SessionTreatment) String() string {
	switch s {
	case Keep:
		return "keep"
	case Shut:
		return "shut"
	default:
		panic(fmt.Sprintf("policies: no session treatment %d", uint8(s)))
	}
}

// Towards says whose view of a route a treatment changes.
type Towards uint8

const (
	Everybody Towards = iota
	Choosers          // members who have chosen it only: the exchange itself does nothing
)

// String returns the word of the exchange file.
func (t Towards) String() string {
	switch t {
	case Everybody:
		return "all"
	case Choosers:
		return "choosers"
	default:
		panic(fmt.Sprintf("policies: no treatment towards %d", uint8(t)))
	}
}

// forAll returns what t does to every route that it is for, whoever gets it.
func (t Treatment) forAll() Treatment {
	if t.Towards == Choosers {
		return Treatment{Name: t.Name}
	}
	return t
}

// Telling returns t with a reason, which is added beside its other communities.
func (t Treatment) Telling(reason LargeCommunity) Treatment {
	t.LargeCommunities = append(slices.Clip(t.LargeCommunities), reason)
	t.Reason = reason
	return t
}

// Builtin returns the treatments of an exchange that names none, most severe
// first: depeer, deprefer and tag. They carry large communities of asn, the
// exchange's own; without one (0) they carry none, and tag does nothing.
func Builtin(asn filters.ASN) []Treatment {
	mark := func(value uint32) []LargeCommunity {
		if asn == 0 {
			return nil
		}
		return []LargeCommunity{{uint32(asn), 666, value}}
	}
	return []Treatment{
		{Name: "depeer", Reject: true},
		{Name: "deprefer", LocalPref: 50, Prepend: 2, LargeCommunities: mark(1)},
		{Name: "tag", LargeCommunities: mark(2)},
	}
}
