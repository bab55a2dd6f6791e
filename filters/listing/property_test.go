package listing_test

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/listing"
)

// What is written is read again as what it was.
func TestWriteThenRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := drawListing(t)
		var text bytes.Buffer
		if err := listing.Write(&text, want); err != nil {
			t.Fatal(err)
		}
		got, diags := listing.Read("l.yaml", text.Bytes())
		if len(diags) > 0 {
			t.Fatalf("refused: %v\n%s", diags, text.String())
		}
		if d := gocmp.Diff(want, got, equal...); d != "" {
			t.Fatalf("-want +got:\n%s\n%s", d, text.String())
		}
		var again bytes.Buffer
		listing.Write(&again, got)
		if d := gocmp.Diff(text.String(), again.String()); d != "" {
			t.Fatalf("written otherwise again, -first +second:\n%s", d)
		}
	})
}

var equal = gocmp.Options{
	gocmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	gocmp.Comparer(func(a, b filters.Day) bool { return a == b }),
	gocmp.Comparer(func(a, b filters.Moment) bool { return a.Time().Equal(b.Time()) && a.IsDay() == b.IsDay() }),
	gocmp.Comparer(func(a, b diag.Position) bool { return true }),
	cmpopts.IgnoreFields(filters.Listing{}, "Digest"),
	cmpopts.IgnoreTypes(filters.ListingPlaces{}, filters.ProviderPlaces{}),
	cmpopts.EquateEmpty(),
}

func drawListing(t *rapid.T) *filters.Listing {
	l := &filters.Listing{
		Name:      drawSlug(t, "list"),
		Publisher: drawText(t, "publisher"),
		URL: rapid.SampledFrom([]string{"", "https://www.example.net/listed",
			"http://[2001:db8::1]:80/a?b=c#d,e"}).Draw(t, "url"),
		MaxAge:      drawSpan(t, "max_age"),
		Treatment:   rapid.SampledFrom([]string{"", "depeer", "null", "1e3", "0"}).Draw(t, "treatment"),
		ReviewAfter: drawSpan(t, "review_after"),
	}
	switch rapid.IntRange(0, 2).Draw(t, "updated") {
	case 1:
		if d := drawDay(t, "day"); !d.IsZero() {
			l.Updated = filters.On(d)
		}
	case 2:
		l.Updated = filters.At(time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "seconds"),
			rapid.SampledFrom([]int64{0, 1, 5e8}).Draw(t, "fraction")))
	}
	n := rapid.IntRange(0, 4).Draw(t, "providers")
	l.Providers = make([]filters.Provider, n)
	ids := make(map[string]bool)
	for i := range l.Providers {
		p := drawProvider(t, l)
		for ids[p.ID] {
			p.ID = drawSlug(t, "another id")
		}
		ids[p.ID] = true
		l.Providers[i] = p
	}
	return l
}

func drawProvider(t *rapid.T, l *filters.Listing) filters.Provider {
	p := filters.Provider{
		Name:          rapid.StringMatching(`[A-Za-zäöß0-9"'\\#:,\[\]{}&*!|>%@ -]{0,12}[a-z漢字Хо]`).Draw(t, "name"),
		Treatment:     rapid.SampledFrom([]string{"", "depeer"}).Draw(t, "treatment"),
		Reason:        drawText(t, "reason"),
		Contact:       drawText(t, "contact"),
		AllowReserved: true,
		Upstreams:     drawASNs(t, "upstreams"),
		Listed:        drawDay(t, "listed"),
		Review:        drawDay(t, "review"),
	}
	if p.ID = listing.ID(p.Name); rapid.Bool().Draw(t, "id given") {
		p.ID = drawSlug(t, "id")
	}
	if !p.Listed.IsZero() {
		p.Expires = p.Listed.Add(24 * time.Hour * time.Duration(rapid.IntRange(0, 1000).Draw(t, "expires")))
		if p.Review.IsZero() && l.ReviewAfter > 0 {
			p.Review = p.Listed.Add(l.ReviewAfter)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "evidence") {
		e := filters.Evidence{Ref: drawText(t, "ref"), URL: "https://www.example.net/"}
		p.Evidence = append(p.Evidence, e)
	}
	for range rapid.IntRange(0, 2).Draw(t, "approved_by") {
		p.ApprovedBy = append(p.ApprovedBy, cmp.Or(drawText(t, "who"), "noc"))
	}
	p.ASNs = rapid.SliceOfN(rapid.Custom(drawASMatch), 1, 6).Draw(t, "asns")
	if n := rapid.IntRange(0, 5).Draw(t, "prefixes"); n > 0 {
		p.Prefixes = rapid.SliceOfN(rapid.Custom(drawPrefixMatch), n, n).Draw(t, "prefixes")
	}
	return p
}

func drawASMatch(t *rapid.T) filters.ASMatch {
	m := filters.ASMatch{ASN: drawASN(t, "asn"), Where: filters.Where(rapid.IntRange(0, 2).Draw(t, "where"))}
	if m.Where == filters.Path {
		m.Wide = rapid.Bool().Draw(t, "wide")
		all := slices.DeleteFunc(drawASNs(t, "except"), func(a filters.ASN) bool { return a == m.ASN })
		slices.Sort(all)
		if all = slices.Compact(all); len(all) > 0 {
			m.Except = all
		}
	}
	return m
}

func drawPrefixMatch(t *rapid.T) filters.PrefixMatch {
	var raw [16]byte
	copy(raw[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "address"))
	addr := netip.AddrFrom16(raw)
	switch rapid.IntRange(0, 3).Draw(t, "family") {
	case 0, 1:
		addr = netip.AddrFrom4([4]byte(raw[:4]))
	case 2:
		addr = netip.IPv6Unspecified()
	}
	own := rapid.IntRange(0, min(addr.BitLen(), 95)).Draw(t, "length")
	p := netip.PrefixFrom(addr, own).Masked()
	low := rapid.IntRange(own, addr.BitLen()).Draw(t, "min")
	if rapid.Bool().Draw(t, "from own") {
		low = own
	}
	high := rapid.IntRange(low, addr.BitLen()).Draw(t, "max")
	return filters.PrefixMatch{Prefix: p, Min: uint8(low), Max: uint8(high), Wide: rapid.Bool().Draw(t, "wide")}
}

func drawASNs(t *rapid.T, label string) []filters.ASN {
	var all []filters.ASN
	for range rapid.IntRange(0, 3).Draw(t, label) {
		all = append(all, drawASN(t, label))
	}
	return all
}

func drawASN(t *rapid.T, label string) filters.ASN {
	return rapid.Custom(func(t *rapid.T) filters.ASN {
		return filters.ASN(rapid.SampledFrom([]uint32{1, 701, 64512, 65536, 4294967294}).Draw(t, label))
	}).Draw(t, label)
}

func drawSlug(t *rapid.T, label string) string {
	return rapid.StringMatching(`[a-z0-9]{1,8}(-[a-z0-9]{1,5}){0,3}`).Draw(t, label)
}

func drawDay(t *rapid.T, label string) filters.Day {
	if rapid.Bool().Draw(t, label+" given") {
		return filters.DayOf(time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, label), 0))
	}
	return filters.Day{}
}

func drawSpan(t *rapid.T, label string) time.Duration {
	unit := rapid.SampledFrom([]time.Duration{24 * time.Hour, time.Hour, time.Minute, time.Second}).Draw(t, label)
	return time.Duration(rapid.IntRange(0, 400).Draw(t, label)) * unit
}

// drawText draws a text that is nothing, or that YAML could take for something else.
func drawText(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.Just(""),
		rapid.SampledFrom([]string{"null", "~", "Yes", "010", "1.10", "0x1f", "2008-11-01", "- a", "a: b", "a #b", "#a",
			"a:", "[a", "a,b", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "'a'", `"a"`, `a\`, "{}", "? a", "---",
			"...", "<<", ".inf", "=", " a", "a ", "漢字", "א", "a\u200cb", "a\u00a0b", "a\u3000", "ä", "a\u0308", "😀",
			"1_000", "12:30:45", "a-b", "a/b(c)"}),
		rapid.StringMatching(`[ -~äß漢]{0,20}[!-~]`),
	).Draw(t, label)
}
