package run

import (
	"net/netip"

	"depeer/policies/length"
)

// longNamed is how many routes of each kind are named in the log at a time.
const longNamed = 20

// tellLengths warns of treated routes that are nearly too long to be sent, and of all that are
// too long: once, as long as nothing changes.
func (k *keeper) tellLengths(r length.Report) {
	k.numbers.Lengths(len(r.Near), len(r.NotDelivered))
	k.long = warnOfLengths(k, k.long, r.Near, "treated route is near the length that gobgpd sends, or over it")
	k.undelivered = warnOfLengths(k, k.undelivered, r.NotDelivered,
		"route is too long to be sent: not delivered, and members keep the route that they had")
}

// warnOfLengths warns of routes that were not warned of before, and returns those that are
// warned of now.
func warnOfLengths(k *keeper, before map[longRoute]bool, routes []length.Route, what string) map[longRoute]bool {
	now := make(map[longRoute]bool, len(routes))
	named, more := 0, 0
	for _, r := range routes {
		route := longRoute{r.Prefix, r.Member, r.Bytes}
		now[route] = true
		switch {
		case before[route]:
		case named == longNamed:
			more++
		default:
			named++
			k.log.Warn(what, "prefix", r.Prefix, "member", r.Member, "bytes", r.Bytes, "announced", r.Announced,
				"not_to", r.To)
		}
	}
	if more > 0 {
		k.log.Warn(what, "more", more)
	}
	return now
}

// longRoute is a route that was warned of.
type longRoute struct {
	prefix netip.Prefix
	member netip.Addr
	bytes  int
}
