package listing

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"depeer/filters"
)

// Write writes l in the format that Read reads, always in the same way, and but for
// ids, which exceptions refer to, no key that Read would fill in by itself. Reading it
// again gives l, but for Source and Digest.
func Write(w io.Writer, l *filters.Listing) error {
	out := &writer{}
	out.line("version: 1")
	out.line("list:")
	out.pair("  ", "name", text(l.Name))
	out.pair("  ", "publisher", text(l.Publisher))
	out.pair("  ", "updated", moment(l.Updated))
	out.pair("  ", "max_age", spanText(l.MaxAge))
	out.pair("  ", "url", text(l.URL))
	out.pair("", "defaults", flow(
		pair{"treatment", text(l.Treatment)},
		pair{"review_after", spanText(l.ReviewAfter)},
	))
	if len(l.Providers) == 0 {
		out.line("providers: []")
	} else {
		out.line("providers:")
	}
	for i := range l.Providers {
		out.provider(l, &l.Providers[i])
	}
	_, err := w.Write(out.Bytes())
	return err
}

type writer struct{ bytes.Buffer }

func (w *writer) line(s string) {
	w.WriteString(s)
	w.WriteByte('\n')
}

// pair writes a key and its value, if it has one.
func (w *writer) pair(indent, key, value string) {
	if value != "" {
		w.line(indent + key + ": " + value)
	}
}

func (w *writer) provider(l *filters.Listing, p *filters.Provider) {
	const in = "    "
	w.line("  - name: " + text(p.Name))
	w.pair(in, "id", text(p.ID)) // always: exceptions refer to it
	w.asns(p.ASNs)
	if len(p.Prefixes) > 0 {
		w.line(in + "prefixes:")
	}
	for _, m := range p.Prefixes {
		w.line(in + "  - " + prefixText(m))
	}
	w.pair(in, "treatment", text(p.Treatment))
	w.pair(in, "reason", text(p.Reason))
	if len(p.Evidence) > 0 {
		w.line(in + "evidence:")
	}
	for _, e := range p.Evidence {
		w.line(in + "  - " + flow(pair{"ref", text(e.Ref)}, pair{"url", text(e.URL)}))
	}
	w.pair(in, "upstreams", numbers(p.Upstreams))
	w.pair(in, "listed", p.Listed.String())
	if l.ReviewAfter == 0 || p.Listed.IsZero() || p.Review != p.Listed.Add(l.ReviewAfter) {
		w.pair(in, "review", p.Review.String())
	}
	w.pair(in, "expires", p.Expires.String())
	w.pair(in, "contact", text(p.Contact))
	if len(p.ApprovedBy) > 0 {
		w.line(in + "approved_by:")
	}
	for _, who := range p.ApprovedBy {
		w.line(in + "  - " + text(who))
	}
	if p.AllowReserved {
		w.pair(in, "allow_reserved", "true")
	}
}

// asns writes a few on one line, and more than that one below the other.
func (w *writer) asns(all []filters.ASMatch) {
	const few = 4
	items := make([]string, len(all))
	for i, m := range all {
		items[i] = asText(m)
	}
	switch {
	case len(items) == 0:
	case len(items) <= few:
		w.pair("    ", "asns", "["+strings.Join(items, ", ")+"]")
	default:
		w.line("    asns:")
		for _, item := range items {
			w.line("      - " + item)
		}
	}
}

func asText(m filters.ASMatch) string {
	if m.Where == filters.Origin && len(m.Except) == 0 && !m.Wide {
		return m.ASN.String()
	}
	pairs := []pair{{"asn", m.ASN.String()}, {"match", m.Where.String()}, {"except", numbers(m.Except)}}
	return flow(append(pairs, wide(m.Wide))...)
}

func prefixText(m filters.PrefixMatch) string {
	all := longer(m.Prefix)
	if m.Min == all.Min && m.Max == all.Max && !m.Wide {
		return m.Prefix.String()
	}
	prefix := m.Prefix.String()
	if prefix[0] == ':' { // would be the colon of a pair, inside braces
		prefix = text(prefix)
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
	return flow(append(pairs, wide(m.Wide))...)
}

func wide(is bool) pair {
	if !is {
		return pair{}
	}
	return pair{"wide", "true"}
}

// numbers writes a list of ASNs on one line; nothing for none.
func numbers(asns []filters.ASN) string {
	if len(asns) == 0 {
		return ""
	}
	all := make([]string, len(asns))
	for i, a := range asns {
		all[i] = a.String()
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// moment writes m exactly, with its fraction of a second if it has one.
func moment(m filters.Moment) string {
	if m.IsZero() || m.IsDay() {
		return m.String()
	}
	return m.Time().Format(time.RFC3339Nano)
}

func spanText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return filters.FormatSpan(d)
}
