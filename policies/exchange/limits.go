package exchange

import (
	"depeer/filters/strict"
)

// Limits are the limits of guards.
type Limits struct {
	ShortestPrefix  PerFamily[uint8]   // length; a shorter entry has to say wide: true
	MaxCovered      PerFamily[Percent] // of the family's address space, by the union of all entries
	MaxRoutes       Percent            // of all paths, refused
	MaxMemberRoutes Percent            // of one member's paths, refused
	MaxGrowth       Percent            // entries added, of those that are in force; see FreeGrowth
	MaxShrink       Percent            // entries gone, of those that are in force
	MaxAddedBytes   int                // to a route's attributes, by treatment, reason and choice together
}

// mostAdded is more than a treatment and a choice can add together: a message of gobgpd
// has 4,096 bytes, and a prepend counts as that many.
const mostAdded = 65535

// Overridable returns the limits of guards that a person may override (guard.Registry),
// by their keys.
func (l Limits) Overridable() map[string]Percent {
	return map[string]Percent{"max_routes": l.MaxRoutes, "max_member_routes": l.MaxMemberRoutes,
		"max_growth": l.MaxGrowth, "max_shrink": l.MaxShrink}
}

// With returns l with other values for those of Overridable that are named.
func (l Limits) With(named map[string]Percent) Limits {
	for key, value := range map[string]*Percent{"max_routes": &l.MaxRoutes, "max_member_routes": &l.MaxMemberRoutes,
		"max_growth": &l.MaxGrowth, "max_shrink": &l.MaxShrink} {
		if given, is := named[key]; is {
			*value = given
		}
	}
	return l
}

// FreeGrowth is how many entries a change may always add, even over MaxGrowth.
const FreeGrowth = 20

// PerFamily is one value for IPv4 and one for IPv6.
type PerFamily[T any] struct{ IPv4, IPv6 T }

func (p PerFamily[T]) forFamily(f family) T {
	if f == ipv4 {
		return p.IPv4
	}
	return p.IPv6
}

// DefaultLimits returns the limits that hold if the exchange file names no others.
func DefaultLimits() Limits {
	return Limits{
		ShortestPrefix:  PerFamily[uint8]{8, 19},
		MaxCovered:      PerFamily[Percent]{1 * onePercent, 1 * onePercent},
		MaxRoutes:       1 * onePercent,
		MaxMemberRoutes: 10 * onePercent,
		MaxGrowth:       10 * onePercent,
		MaxShrink:       25 * onePercent,
		MaxAddedBytes:   7,
	}
}

var limitFields = []strict.Field[Limits]{
	{Key: "shortest_prefix", Read: func(l *Limits, n strict.Node) { strict.Map(n, shortestFields, &l.ShortestPrefix) }},
	{Key: "max_covered", Read: func(l *Limits, n strict.Node) { strict.Map(n, coveredFields, &l.MaxCovered) }},
	{Key: "max_routes", Read: func(l *Limits, n strict.Node) { readPercent(n, whole, &l.MaxRoutes) }},
	{Key: "max_member_routes", Read: func(l *Limits, n strict.Node) { readPercent(n, whole, &l.MaxMemberRoutes) }},
	{Key: "max_growth", Read: func(l *Limits, n strict.Node) { readPercent(n, 100*whole, &l.MaxGrowth) }},
	{Key: "max_shrink", Read: func(l *Limits, n strict.Node) { readPercent(n, whole, &l.MaxShrink) }},
	{Key: "max_added_bytes", Read: func(l *Limits, n strict.Node) {
		if v, ok := n.Uint(0, mostAdded); ok {
			l.MaxAddedBytes = int(v)
		}
	}},
}

var shortestFields = []strict.Field[PerFamily[uint8]]{
	{Key: "ipv4", Read: func(s *PerFamily[uint8], n strict.Node) { readLength(n, 32, &s.IPv4) }},
	{Key: "ipv6", Read: func(s *PerFamily[uint8], n strict.Node) { readLength(n, 128, &s.IPv6) }},
}

var coveredFields = []strict.Field[PerFamily[Percent]]{
	{Key: "ipv4", Read: func(c *PerFamily[Percent], n strict.Node) { readPercent(n, whole, &c.IPv4) }},
	{Key: "ipv6", Read: func(c *PerFamily[Percent], n strict.Node) { readPercent(n, whole, &c.IPv6) }},
}

func readLimits(r *reader, n strict.Node) { strict.Map(n, limitFields, &r.ex.Limits) }

func readLength(n strict.Node, longest uint64, into *uint8) {
	if v, ok := n.Uint(1, longest); ok {
		*into = uint8(v)
	}
}

func readPercent(n strict.Node, most Percent, into *Percent) {
	p, ok := strict.Value(n, ParsePercent)
	if !ok {
		return
	}
	if p > most {
		n.Errorf("percent-range", most.String()+" at most", "%s is over %s", p, most)
		return
	}
	*into = p
}
