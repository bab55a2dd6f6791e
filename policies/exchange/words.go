package exchange

import "fmt"

// Wish is what a member may choose for the routes of a list, towards itself.
type Wish uint8

const (
	Refuse   Wish = iota // they do not reach it
	Deprefer             // they reach it, and lose to any other
	Tag                  // they reach it, marked
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
		panic(fmt.Sprintf("exchange: no wish %d", uint8(w)))
	}
}
