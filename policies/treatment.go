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
	Name     string // slug
	Reject   bool
	Session  SessionTreatment // of a listed network that is itself a member
	Ask      string           // whom that member is told to ask, where its session is shut
	Audience Audience         // whom it is done for

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

// Audience says whose view of a route a treatment changes.
type Audience uint8

const (
	Everybody Audience = iota
	Choosers           // members who have chosen it only: the exchange itself does nothing
)

// String returns the word of the exchange file.
func (t Audience) String() string {
	switch t {
	case Everybody:
		return "all"
	case Choosers:
		return "choosers"
	default:
		panic(fmt.Sprintf("policies: no treatment towards %d", uint8(t)))
	}
}

// ForAll returns what t does to every route that it is for, whoever gets it.
func (t Treatment) ForAll() Treatment {
	if t.Audience == Choosers {
		return Treatment{Name: t.Name}
	}
	return t
}

// TowardsOne returns what of t can be done towards one member alone, on export. The
// route server has chosen by then, so a LOCAL_PREF decides nothing there any more, and
// a member believes none from another network (RFC 4271, 5.1.5): it is left out.
func (t Treatment) TowardsOne() Treatment {
	t.LocalPref, t.Session = 0, Keep
	return t
}

// Actions returns what t does to a route that it does not refuse.
func (t Treatment) Actions() Actions {
	return Actions{LocalPref: t.LocalPref, MED: t.MED, Prepend: t.Prepend, Communities: t.Communities,
		AddLargeCommunities: t.LargeCommunities}
}

// Telling returns t with a reason, which is added beside its other communities.
func (t Treatment) Telling(reason LargeCommunity) Treatment {
	t.LargeCommunities = append(slices.Clip(t.LargeCommunities), reason)
	t.Reason = reason
	return t
}

// Builtin returns the treatments of an exchange that names none, most severe
// first: depeer, deprefer and tag. What they carry is of asn, the exchange's own; without
// one (0) tag does nothing.
//
// Each adds seven bytes at most, where asn has 16 bits. The numbers of communities are
// private ASNs (RFC 6996): many route servers read ASN:N as "announce to AS N", and a
// public N could be obeyed by the operator's own policies.
func Builtin(asn filters.ASN) []Treatment {
	return []Treatment{
		{Name: "depeer", Reject: true},
		{Name: "deprefer", LocalPref: 50},
		ownCommunity("tag", asn, 64661, 2),
	}
}

// BuiltinChoice returns what the built-in treatment of a member policy does towards a member that has
// chosen it. LOCAL_PREF decides nothing there, so that deprefer is a community: what the
// member makes of it is the member's.
func BuiltinChoice(w MemberPolicy, asn filters.ASN) Treatment {
	switch w {
	case Deprefer:
		return ownCommunity(w.String(), asn, 64662, 1)
	case Tag:
		return ownCommunity(w.String(), asn, 64661, 2)
	default:
		panic("policies: no treatment for the member policy " + w.String())
	}
}

// ownCommunity returns a treatment that adds one community of asn: a large one where asn has
// more than 16 bits, and none where it is not known.
func ownCommunity(name string, asn filters.ASN, value uint16, large uint32) Treatment {
	switch {
	case asn == 0:
		return Treatment{Name: name}
	case asn > 0xffff:
		return Treatment{Name: name, LargeCommunities: []LargeCommunity{{uint32(asn), 666, large}}}
	default:
		return Treatment{Name: name, Communities: []Community{Community(asn)<<16 | Community(value)}}
	}
}
