package apply

import (
	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
)

// witness counts which entries and AS patterns of a policy a route tells about:
// the others are in force all the same, as far as reading back says, and unproven.
type witness struct {
	prefixes bart.Table[int] // number of the prefix of an entry
	paths    map[policies.ASPathPattern]bool
	seen     []bool // by number
}

func newWitness(p *policies.RoutingPolicy) *witness {
	w := &witness{paths: make(map[policies.ASPathPattern]bool)}
	for _, set := range p.PrefixSets {
		for _, e := range set.Entries {
			if _, known := w.prefixes.Get(e.Prefix); !known {
				w.prefixes.Insert(e.Prefix, len(w.seen))
				w.seen = append(w.seen, false)
			}
		}
	}
	for _, set := range p.ASPathSets {
		for _, pattern := range set.Patterns {
			w.paths[pattern] = false
		}
	}
	return w
}

// saw notes a route that the policy treats.
func (w *witness) saw(r *policies.Route) {
	if n, ok := w.prefixes.LookupPrefix(r.Prefix); ok {
		w.seen[n] = true
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

func (w *witness) sawASN(asn filters.ASN, where filters.Where) {
	pattern := policies.ASPathPattern{ASN: asn, Where: where}
	if _, known := w.paths[pattern]; known {
		w.paths[pattern] = true
	}
}

// silent counts what no route has told about.
func (w *witness) silent() int {
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
