package feed

import (
	"fmt"
	"iter"
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// maxErrors bounds what is said about a file of another kind.
const maxErrors = 100

// reader collects what a feed says into a listing.
type reader struct {
	file    string
	listing *filters.Listing
	index   map[string]int // provider ID to its place in the listing
	seen    map[entry]int  // to the line of its first record
	most    int            // entries: MaxEntries, except in a test
	family  int            // bits of the addresses of a DROP list; 0 before its first entry

	diags  diag.List
	errors int
	full   bool // enough errors
	tally  tally
}

// entry identifies a record: two records with equal entries are duplicates.
type entry struct {
	id     string
	prefix netip.Prefix
}

// newReader makes room for as many entries as the text has lines, up to a bound: a text may be all
// newlines.
func newReader(file, text string, opt Options) *reader {
	room := min(strings.Count(text, "\n"), 1<<16)
	return &reader{
		file: file,
		most: MaxEntries,
		listing: &filters.Listing{
			Name:      opt.Name,
			Treatment: opt.Treatment,
			URL:       opt.URL,
			Providers: make([]filters.Provider, 0, room),
			Source:    diag.Position{File: file},
		},
		index: make(map[string]int, room),
		seen:  make(map[entry]int, room),
	}
}

// line is one line of a feed.
type line struct {
	number int
	offset int // of its first byte
	text   string
	ended  bool // by a newline, as all lines are unless the file is cut
}

// lines yields the lines until there are too many errors.
func (r *reader) lines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		l := line{}
		for whole := range strings.Lines(text) {
			l.number++
			l.text, l.ended = strings.CutSuffix(whole, "\n")
			l.text = strings.TrimSuffix(l.text, "\r")
			if r.full || !yield(l) {
				return
			}
			l.offset += len(whole)
		}
	}
}

// positionAt returns the position of the byte at index i of l.
func (r *reader) positionAt(l line, i int) diag.Position {
	return diag.Position{File: r.file, Line: l.number, Column: i + 1}
}

// wholeFile returns the position of the file as a whole.
func (r *reader) wholeFile() diag.Position { return diag.Position{File: r.file} }

// errorf adds an error: the feed is not to be used.
func (r *reader) errorf(p diag.Position, code, hint, format string, args ...any) {
	if r.full {
		return
	}
	r.diags.Errorf(p, "feed-"+code, hint, format, args...)
	r.errors++
	if r.errors >= maxErrors {
		r.full = true
		r.diags.Errorf(p, "feed-too-many-errors", "", "the rest of the file is not read")
	}
}

// addSyntaxError adds the error of a parser of package filters.
func (r *reader) addSyntaxError(p diag.Position, err error) {
	e, ok := err.(*filters.SyntaxError)
	if !ok {
		panic(fmt.Sprintf("feed: %T where a syntax error was promised", err))
	}
	r.errorf(p, e.Code, e.Hint, "%s", e.Message)
}

// findOrAddProvider returns the listing's provider with p's ID, and adds p if there is none.
func (r *reader) findOrAddProvider(p filters.Provider) *filters.Provider {
	i, known := r.index[p.ID]
	if !known {
		i = len(r.listing.Providers)
		r.index[p.ID] = i
		r.listing.Providers = append(r.listing.Providers, p)
	}
	return &r.listing.Providers[i]
}

// isDuplicate says whether the same record was read before, and warns if so.
func (r *reader) isDuplicate(p diag.Position, e entry, what string) bool {
	first, twice := r.seen[e]
	if twice {
		r.tally.addWarning(p, "feed-duplicate", "", fmt.Sprintf("%s stands twice, first at line %d", what, first))
		return true
	}
	if len(r.seen) == r.most {
		r.errorf(p, "too-many-entries", "", "over %d entries", r.most)
		r.full = true
	}
	r.seen[e] = p.Line
	return false
}

// addPrefix adds a prefix to the provider that it belongs to.
func (r *reader) addPrefix(pos diag.Position, prefix netip.Prefix, owner filters.Provider) {
	if why := filters.ReservedPrefix(prefix); why != "" {
		r.tally.addWarning(pos, "feed-reserved", why, prefix.String()+" is left out: "+why)
		return
	}
	if r.isDuplicate(pos, entry{owner.ID, prefix}, prefix.String()) {
		return
	}
	owner.Source = pos
	p := r.findOrAddProvider(owner)
	p.Prefixes = append(p.Prefixes, filters.PrefixMatch{
		Prefix: prefix,
		Min:    uint8(prefix.Bits()),
		Max:    uint8(prefix.Addr().BitLen()),
		Source: pos,
	})
}

// addASN adds an ASN, which is matched as the origin of a route.
func (r *reader) addASN(pos diag.Position, asn filters.ASN, owner filters.Provider) {
	for _, reason := range []struct{ code, why string }{{"feed-forbidden", asn.Forbidden()},
		{"feed-reserved", asn.Reserved()}} {
		if reason.why != "" {
			r.tally.addWarning(pos, reason.code, reason.why, fmt.Sprintf("AS%s is left out: %s", asn, reason.why))
			return
		}
	}
	owner.ID = "as" + asn.String()
	if r.isDuplicate(pos, entry{id: owner.ID}, "AS"+asn.String()) {
		return
	}
	owner.Source = pos
	owner.ASNs = []filters.ASMatch{{ASN: asn, Where: filters.Origin, Source: pos}}
	if owner.Name == "" {
		owner.Name = "AS" + asn.String()
	}
	r.findOrAddProvider(owner)
}

// checkNotEmpty reports a feed without entries.
func (r *reader) checkNotEmpty() {
	if len(r.listing.Providers) > 0 || r.errors > 0 {
		return
	}
	hint := ""
	if len(r.tally.notes) > 0 {
		hint = "all that it has is left out"
	}
	r.errorf(r.wholeFile(), "no-entries", hint, "the feed lists nothing")
}

// prefixID names a provider by its one prefix: net-192-0-2-0-24. The letter z replaces the zeros of
// a double colon, so that no two prefixes share a name.
func prefixID(p netip.Prefix) string {
	id := []byte("net")
	word, last := false, byte(0) // last is the character before, word whether it belongs to one
	for _, c := range p.AppendTo(make([]byte, 0, 43)) {
		switch {
		case '0' <= c && c <= '9' || 'a' <= c && c <= 'f':
			if !word {
				id = append(id, '-')
			}
			id = append(id, c)
			word = true
		case c == ':' && last == ':':
			id = append(id, "-z"...)
		default:
			word = false
		}
		last = c
	}
	return string(id)
}
