package feed_test

import (
	"net/netip"
	"strings"
	"testing"
	"unicode"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
)

func FuzzSpamhausDrop(f *testing.F)    { fuzz(f, feed.SpamhausDrop) }
func FuzzSpamhausASNDrop(f *testing.F) { fuzz(f, feed.SpamhausASNDrop) }
func FuzzPlain(f *testing.F)           { fuzz(f, feed.Plain) }

// fuzz holds a parser to its promises: a listing or an error, never both or
// none; and a listing that is valid.
func fuzz(f *testing.F, format feed.Format) {
	for _, test := range good {
		f.Add([]byte(test.data))
	}
	for _, test := range bad {
		f.Add([]byte(test.data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		listing, diags := feed.Parse(format, "f", data, feed.Options{})
		if refused := diags.Worst() == diag.Error; refused != (listing == nil) {
			t.Fatalf("listing %v with %v", listing, diags)
		}
		lines := strings.Count(string(data), "\n") + 1
		for _, d := range diags {
			if d.Position.Line > lines || d.Position.Line > 0 && d.Position.Column < 1 ||
				!strings.HasPrefix(d.Code, "feed-") || !shown(d.Message) {
				t.Errorf("diagnostic %q", d)
			}
		}
		if listing != nil {
			valid(t, format, listing)
			roundtrip(t, listing)
		}
	})
}

// valid checks what Listing promises, in another way than the parsers do.
func valid(t *testing.T, format feed.Format, l *filters.Listing) {
	ids := make(map[string]bool)
	for _, p := range l.Providers {
		if _, err := filters.ParseSlug(p.ID); err != nil || ids[p.ID] {
			t.Errorf("ID %q", p.ID)
		}
		ids[p.ID] = true
		if strings.TrimSpace(p.Name) == "" || !shown(p.Name) || !shown(p.Reason) {
			t.Errorf("name %q, reason %q", p.Name, p.Reason)
		}
		if len(p.ASNs)+len(p.Prefixes) == 0 {
			t.Errorf("%s matches nothing", p.ID)
		}
		for _, m := range p.Prefixes {
			if m.Prefix != m.Prefix.Masked() || int(m.Min) != m.Prefix.Bits() ||
				int(m.Max) != m.Prefix.Addr().BitLen() || filters.ReservedPrefix(m.Prefix) != "" ||
				m.Prefix.Addr().Is4In6() {
				t.Errorf("prefix %+v", m)
			}
			if again, err := netip.ParsePrefix(m.Prefix.String()); err != nil || again != m.Prefix {
				t.Errorf("prefix %+v", m)
			}
		}
		for _, m := range p.ASNs {
			if m.Where != filters.Origin || m.ASN.Reserved()+m.ASN.Forbidden() != "" {
				t.Errorf("ASN %+v", m)
			}
		}
	}
	if len(ids) == 0 && (format != feed.SpamhausDrop || l.Name != "spamhaus-edrop") {
		t.Errorf("an empty %s", l.Name)
	}
	if _, err := filters.ParseSlug(l.Name); err != nil {
		t.Error(err)
	}
	if !shown(l.Publisher + l.URL) {
		t.Errorf("publisher %q, URL %q", l.Publisher, l.URL)
	}
}

// shown says whether a text shows what it holds.
func shown(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar
	})
}
