package impact

import (
	"net/netip"

	"depeer/filters"
)

// Detail is one path that is treated, or was before. Details are by prefix and, for each, in the order
// in which the paths came.
type Detail struct {
	Prefix   netip.Prefix `json:"prefix"`
	Member   netip.Addr   `json:"member"`
	ASN      filters.ASN  `json:"asn"`
	Name     string       `json:"name"`
	Provider string       `json:"provider"` // whose entry decides; "" if the path is not treated any more
	List     string       `json:"list"`
	Entry    string       `json:"entry"`
	ASPath   string       `json:"as_path"`
	Verdict  string       `json:"verdict"` // refused, changed, released
	Effect   string       `json:"effect"`  // in the words of eval; "" for released
	Left     int          `json:"left"`    // paths to the prefix that are left
}

// addDetails keeps the paths to a prefix that are treated, or were.
func (a *assessment) addDetails(slot uint32, paths []entry) {
	left := 0
	for i := range paths {
		if paths[i].isLeft() {
			left++
		}
	}
	for i := range paths {
		e := &paths[i]
		if !e.new.Treated() && a.oldEffect(e) == a.newEffect(e) {
			continue
		}
		d := a.describePath(slot, e)
		d.Left = left
		a.out.Details = append(a.out.Details, d)
	}
}

// describePath says what becomes of a path, and by which entry.
func (a *assessment) describePath(slot uint32, e *entry) Detail {
	s := &a.sessions[e.peer]
	d := Detail{Prefix: a.table.prefixAt(slot), Member: s.Address, ASN: s.ASN, Name: s.Name,
		ASPath: a.table.pathOf(e).String(), Verdict: "released"}
	if !e.new.Treated() {
		return d
	}
	d.Verdict, d.Effect = "changed", a.newEffect(e)
	if e.new.Refused() {
		d.Verdict = "refused"
	}
	route := a.table.routeOf(slot, e, nil)
	f := a.index.findMatch(&route)
	if f == noMatch {
		f = a.cut.by[e.peer] // its session is shut
	}
	if f != noMatch {
		l := &a.index.listed[f.provider]
		d.Provider, d.List, d.Entry = l.Provider.ID, l.Listing.Name, a.index.describeEntry(f)
	}
	return d
}

// describeEntry writes the entry of a match as its list has it.
func (x *index) describeEntry(f found) string {
	if f.byASN {
		return x.asMatch(f.ref).String()
	}
	return x.listed[f.provider].Provider.Prefixes[f.match].String()
}
