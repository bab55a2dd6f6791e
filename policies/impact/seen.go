package impact

import (
	"cmp"
	"encoding/binary"
	"slices"

	"depeer/filters"
	"depeer/policies/rib"
)

// A listed ASN that no entry matches is not gone: it may stand in a path where its entry
// does not look. Of entries for AS7:
//
//	path            origin    neighbor      path
//	7 64500         transit   matched       matched
//	64500 7         matched   not neighbor  matched
//	64500 {7,8}     AS_SET    AS_SET        AS_SET
//	64500 7 {7,8}   AS_SET    not neighbor  matched
//
// gobgpd 3.37 matches ASNs of sequences only (rib.ASPath.Append).

// SeenAs is why an entry does not match a path that its ASN is in.
type SeenAs uint8

const (
	Unseen      SeenAs = iota
	Transit            // listed as an origin, and others are behind it
	InSet              // in an AS_SET
	NotNeighbor        // listed as a neighbor, and is further away
	OutOfReach         // announced by a neighbor that is no route-server client
)

// String returns the word that reports have.
func (s SeenAs) String() string {
	switch s {
	case Unseen:
		return "unseen"
	case Transit:
		return "transit"
	case InSet:
		return "as_set"
	case NotNeighbor:
		return "not_neighbor"
	case OutOfReach:
		return "out_of_reach"
	default:
		panic("no such SeenAs")
	}
}

// MarshalText writes the word.
func (s SeenAs) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// unmatched is an AS match, and why it does not match.
type unmatched struct {
	ref
	as SeenAs
}

// eachUnmatched gives the AS matches whose ASN is in a path that they do not match. as is that
// path as policies see it.
func (x *index) eachUnmatched(path rib.ASPath, as []filters.ASN, each func(unmatched)) {
	var done [16]filters.ASN // nearly always room for all
	known := done[:0]
	for asn := range path.ASNs {
		if !x.some.May(asn) || slices.Contains(known, asn) {
			continue
		}
		known = append(known, asn)
		for _, r := range x.asns[asn] {
			if why := explainUnmatched(x.asMatch(r), path, as); why != Unseen {
				each(unmatched{r, why})
			}
		}
	}
}

// explainUnmatched says why a match does not meet a path that its ASN is in; Unseen where it does, or
// an exception of it spares the path.
func explainUnmatched(m *filters.ASMatch, path rib.ASPath, as []filters.ASN) SeenAs {
	switch inSequence := slices.Contains(as, m.ASN); {
	case m.Where == filters.Path && (inSequence || containsAny(as, m.Except)):
		return Unseen
	case m.Where == filters.Origin && as[len(as)-1] == m.ASN, m.Where == filters.Neighbor && as[0] == m.ASN:
		return Unseen
	case m.Where == filters.Neighbor && inSequence:
		return NotNeighbor
	case isInSet(path, m.ASN):
		return InSet
	default:
		return Transit // of a confederation, too
	}
}

// isInSet says whether an ASN is in a set of a path.
func isInSet(path rib.ASPath, asn filters.ASN) bool {
	for kind, asns := range path.Segments {
		if kind != rib.ASSet && kind != rib.ConfedSet {
			continue
		}
		for ; len(asns) > 0; asns = asns[4:] {
			if filters.ASN(binary.BigEndian.Uint32(asns)) == asn {
				return true
			}
		}
	}
	return false
}

// addOutOfReach looks for what is listed in the paths of neighbors on which no policy acts. A path
// counts once for an entry.
func (a *assessment) addOutOfReach() error {
	if a.OutOfReach == nil {
		return nil
	}
	a.beyond = make(map[found]int)
	var here []found
	note := func(f found) {
		if !slices.Contains(here, f) {
			here = append(here, f)
		}
	}
	for p, err := range a.OutOfReach {
		if err != nil {
			return err
		}
		here = here[:0]
		a.index.eachCovering(p.Prefix, func(r ref) { note(found{ref: r}) })
		for asn := range p.ASPath.ASNs {
			for _, r := range a.index.asns[asn] {
				note(found{r, true})
			}
		}
		for _, f := range here {
			a.beyond[f]++
		}
	}
	return nil
}

// listSeen counts the paths of announcements that have ASNs unmatched.
func (c *collected) listSeen() []Seen {
	if len(c.unmatched)+len(c.beyond) == 0 {
		return nil
	}
	of := make([]uint32, c.table.shared.list.len()) // paths of each announcement
	for i := range uint32(c.table.paths.len()) {
		of[c.table.paths.at(i).announcement]++
	}
	counts := make(map[unmatched]int)
	for n, all := range c.unmatched {
		for _, s := range all {
			counts[s] += int(of[n])
		}
	}
	var out []Seen
	for s, paths := range counts {
		out = append(out, c.index.newSeen(s.ref, s.as, paths))
	}
	for f, paths := range c.beyond {
		if f.byASN {
			out = append(out, c.index.newSeen(f.ref, OutOfReach, paths))
			continue
		}
		l := &c.index.listed[f.provider]
		out = append(out, Seen{Provider: l.Provider.ID, List: l.Listing.Name,
			Entry: c.index.prefixMatch(f.ref).String(), As: OutOfReach, Paths: paths})
	}
	slices.SortFunc(out, Seen.compare)
	return slices.Compact(out) // of an entry that stands twice
}

// newSeen returns a Seen of an AS match.
func (x *index) newSeen(r ref, as SeenAs, paths int) Seen {
	l, m := &x.listed[r.provider], x.asMatch(r)
	return Seen{Provider: l.Provider.ID, List: l.Listing.Name, Entry: m.String(), ASN: m.ASN, As: as, Paths: paths}
}

func (s Seen) compare(o Seen) int {
	return cmp.Or(cmp.Compare(s.List, o.List), cmp.Compare(s.Provider, o.Provider), cmp.Compare(s.ASN, o.ASN),
		cmp.Compare(s.Entry, o.Entry), cmp.Compare(s.As, o.As))
}
