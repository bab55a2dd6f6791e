package policies

import (
	"fmt"
)

// Wish is what a member may choose for the routes that a list names, towards itself.
type Wish uint8

const (
	Refuse   Wish = iota // they do not reach it
	Deprefer             // they reach it, and lose to any other
	Tag                  // they reach it, marked
	Wishes               // how many there are
)

// String returns the word of the exchange file.
func (w Wish) String() string {
	switch w {
	case Refuse:
		return "refuse"
	case Deprefer:
		return "deprefer"
	case Tag:
		return "tag"
	default:
		panic(fmt.Sprintf("policies: no wish %d", uint8(w)))
	}
}
