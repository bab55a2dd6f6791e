package apply

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
)

// coverage notes which entries and AS patterns of a change have matched a route in the proof. The others
// read back as they should, and are unproven.
type coverage struct {
	prefixes bart.Table[entries]
	paths    map[policies.ASPathPattern]bool
	seen     []bool // by number of entry
	polluted impact.Pollution
}

// entries are the entries of one prefix. Their numbers count from first on.
type entries struct {
	ranges []filters.Entry
	first  int
}

// newCoverage returns a coverage of the entries and patterns that new has and old has not.
func newCoverage(old, new *policies.RoutingPolicy) *coverage {
	w := &coverage{paths: make(map[policies.ASPathPattern]bool)}
	had := make(map[string]map[filters.Entry]bool)
	matched := make(map[string]map[policies.ASPathPattern]bool)
	for name, elements := range policies.SetsOf[policies.Prefixes](old) {
		had[ownerOf(name)] = joinElements(had[ownerOf(name)], elements)
	}
	for name, patterns := range policies.SetsOf[policies.ASPaths](old) {
		matched[ownerOf(name)] = joinElements(matched[ownerOf(name)], patterns)
	}
	added := make(map[netip.Prefix][]filters.Entry)
	for name, elements := range policies.SetsOf[policies.Prefixes](new) {
		for _, e := range elements {
			// a list with choices and a treatment counts once
			if !had[ownerOf(name)][e] && !slices.Contains(added[e.Prefix], e) {
				added[e.Prefix] = append(added[e.Prefix], e)
			}
		}
	}
	for name, patterns := range policies.SetsOf[policies.ASPaths](new) {
		for _, pattern := range patterns {
			if !matched[ownerOf(name)][pattern] {
				w.paths[pattern] = false
			}
		}
	}
	for prefix, ranges := range added {
		w.prefixes.Insert(prefix, entries{ranges, len(w.seen)})
		w.seen = append(w.seen, make([]bool, len(ranges))...)
	}
	return w
}

// ownerOf returns a set's name without the digest of its contents.
func ownerOf(set string) string { return set[:strings.LastIndexByte(set, '/')+1] }

func joinElements[E comparable](all map[E]bool, list []E) map[E]bool {
	if all == nil {
		all = make(map[E]bool, len(list))
	}
	for _, e := range list {
		all[e] = true
	}
	return all
}

// sawRoute notes a route that the policy treats.
func (w *coverage) sawRoute(r *policies.Route) {
	if found, ok := w.prefixes.LookupPrefix(r.Prefix); ok {
		bits := uint8(r.Prefix.Bits())
		for i, e := range found.ranges {
			if e.Min <= bits && bits <= e.Max {
				w.seen[found.first+i] = true
			}
		}
	}
	for i, asn := range r.Path {
		w.sawASN(asn, filters.Path)
		if i == 0 {
			w.sawASN(asn, filters.Neighbor)
		}
		if i == len(r.Path)-1 {
			w.sawASN(asn, filters.Origin)
		}
	}
}

func (w *coverage) sawASN(asn filters.ASN, where filters.Where) {
	pattern := policies.ASPathPattern{ASN: asn, Where: where}
	if _, known := w.paths[pattern]; known {
		w.paths[pattern] = true
	}
}

// countSilent counts the entries and patterns that no route has matched.
func (w *coverage) countSilent() int {
	n := 0
	for _, seen := range w.seen {
		if !seen {
			n++
		}
	}
	for _, seen := range w.paths {
		if !seen {
			n++
		}
	}
	return n
}
