package policies

import (
	"fmt"
)

// MemberPolicy is what a member may choose for the routes that a list names, towards itself.
type MemberPolicy uint8

const (
	Refuse            MemberPolicy = iota // they do not reach it
	Deprefer                              // they reach it, and lose to any other
	Tag                                   // they reach it, marked
	MemberPolicyCount                     // how many there are
)

// String returns the word of the exchange file.
func (w MemberPolicy) String() string {
	switch w {
	case Refuse:
		return "refuse"
	case Deprefer:
		return "deprefer"
	case Tag:
		return "tag"
	default:
		panic(fmt.Sprintf("policies: no member policy %d", uint8(w)))
	}
}
