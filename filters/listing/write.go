package listing

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"depeer/filters"
)

// Write writes l in the format that Read reads. Equal listings give equal bytes. It leaves out keys
// that Read would fill in by itself, except ids, which exceptions refer to. Reading the output
// gives l again, except Source and Digest.
func Write(w io.Writer, l *filters.Listing) error {
	out := &writer{}
	out.writeLine("version: 1")
	out.writeLine("list:")
	out.writePair("  ", "name", quoteText(l.Name))
	out.writePair("  ", "publisher", quoteText(l.Publisher))
	out.writePair("  ", "updated", formatMoment(l.Updated))
	out.writePair("  ", "max_age", formatSpan(l.MaxAge))
	out.writePair("  ", "url", quoteText(l.URL))
	out.writePair("", "defaults", flowText(
		pair{"treatment", quoteText(l.Treatment)},
		pair{"review_after", formatSpan(l.ReviewAfter)},
	))
	if len(l.Providers) == 0 {
		out.writeLine("providers: []")
	} else {
		out.writeLine("providers:")
	}
	for i := range l.Providers {
		out.writeProvider(l, &l.Providers[i])
	}
	_, err := w.Write(out.Bytes())
	return err
}

type writer struct{ bytes.Buffer }

func (w *writer) writeLine(s string) {
	w.WriteString(s)
	w.WriteByte('\n')
}

// writePair writes a key and its value, if it has one.
func (w *writer) writePair(indent, key, value string) {
	if value != "" {
		w.writeLine(indent + key + ": " + value)
	}
}

func (w *writer) writeProvider(l *filters.Listing, p *filters.Provider) {
	const in = "    "
	w.writeLine("  - name: " + quoteText(p.Name))
	w.writePair(in, "id", quoteText(p.ID)) // always: exceptions refer to it
	w.writeASNs(p.ASNs)
	if len(p.Prefixes) > 0 {
		w.writeLine(in + "prefixes:")
	}
	for _, m := range p.Prefixes {
		w.writeLine(in + "  - " + formatPrefixMatch(m))
	}
	w.writePair(in, "treatment", quoteText(p.Treatment))
	w.writePair(in, "reason", quoteText(p.Reason))
	if len(p.Evidence) > 0 {
		w.writeLine(in + "evidence:")
	}
	for _, e := range p.Evidence {
		w.writeLine(in + "  - " + flowText(pair{"ref", quoteText(e.Ref)}, pair{"url", quoteText(e.URL)}))
	}
	w.writePair(in, "upstreams", formatASNs(p.Upstreams))
	w.writePair(in, "listed", p.Listed.String())
	if l.ReviewAfter == 0 || p.Listed.IsZero() || p.Review != p.Listed.Add(l.ReviewAfter) {
		w.writePair(in, "review", p.Review.String())
	}
	w.writePair(in, "expires", p.Expires.String())
	w.writePair(in, "contact", quoteText(p.Contact))
	if len(p.ApprovedBy) > 0 {
		w.writeLine(in + "approved_by:")
	}
	for _, who := range p.ApprovedBy {
		w.writeLine(in + "  - " + quoteText(who))
	}
	if p.AllowReserved {
		w.writePair(in, "allow_reserved", "true")
	}
}

// writeASNs writes a few ASNs on one line, and more than that on a line each.
func (w *writer) writeASNs(all []filters.ASMatch) {
	const few = 4
	items := make([]string, len(all))
	for i, m := range all {
		items[i] = formatASMatch(m)
	}
	switch {
	case len(items) == 0:
	case len(items) <= few:
		w.writePair("    ", "asns", "["+strings.Join(items, ", ")+"]")
	default:
		w.writeLine("    asns:")
		for _, item := range items {
			w.writeLine("      - " + item)
		}
	}
}

func formatASMatch(m filters.ASMatch) string {
	if m.Where == filters.Origin && len(m.Except) == 0 && !m.Wide {
		return m.ASN.String()
	}
	pairs := []pair{{"asn", m.ASN.String()}, {"match", m.Where.String()}, {"except", formatASNs(m.Except)}}
	return flowText(append(pairs, widePair(m.Wide))...)
}

func formatPrefixMatch(m filters.PrefixMatch) string {
	all := matchInside(m.Prefix)
	if m.Min == all.Min && m.Max == all.Max && !m.Wide {
		return m.Prefix.String()
	}
	prefix := m.Prefix.String()
	if prefix[0] == ':' { // would be the colon of a pair, inside braces
		prefix = quoteText(prefix)
	}
	pairs := []pair{{"prefix", prefix}}
	switch {
	case m.Min == all.Min && m.Max == all.Min && m.Max < all.Max:
		pairs = append(pairs, pair{"match", "exact"})
	default:
		if m.Min != all.Min {
			pairs = append(pairs, pair{"ge", fmt.Sprint(m.Min)})
		}
		if m.Max != all.Max {
			pairs = append(pairs, pair{"le", fmt.Sprint(m.Max)})
		}
	}
	return flowText(append(pairs, widePair(m.Wide))...)
}

func widePair(is bool) pair {
	if !is {
		return pair{}
	}
	return pair{"wide", "true"}
}

// formatASNs formats a list of ASNs on one line. It returns nothing for an empty list.
func formatASNs(asns []filters.ASN) string {
	if len(asns) == 0 {
		return ""
	}
	all := make([]string, len(asns))
	for i, a := range asns {
		all[i] = a.String()
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// formatMoment formats m exactly, with its fraction of a second if it has one.
func formatMoment(m filters.Moment) string {
	if m.IsZero() || m.IsDay() {
		return m.String()
	}
	return m.Time().Format(time.RFC3339Nano)
}

func formatSpan(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return filters.FormatSpan(d)
}
