package feed_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
)

// ignored: the digest has a test of its own; times are compared as text.
var compare = cmp.Options{
	cmpopts.IgnoreFields(filters.Listing{}, "Digest"),
	cmpopts.IgnoreTypes(filters.ListingPlaces{}, filters.ProviderPlaces{}),
	cmp.Comparer(func(a, b filters.Moment) bool { return a.String() == b.String() }),
	cmp.Comparer(func(a, b filters.Day) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func at(line, column int) diag.Position { return diag.Position{File: "f", Line: line, Column: column} }

func prefix(s string, from diag.Position) filters.PrefixMatch {
	p := netip.MustParsePrefix(s)
	return filters.PrefixMatch{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen()), Source: from}
}

func sbl(number string) []filters.Evidence {
	return []filters.Evidence{{Ref: number, URL: "https://check.spamhaus.org/sbl/query/" + number}}
}

var asnDrop = []filters.Evidence{{Ref: "Spamhaus ASN-DROP", URL: "https://www.spamhaus.org/drop/asndrop.json"}}

func moment(s string) filters.Moment {
	m, err := filters.ParseMoment(s)
	if err != nil {
		panic(err)
	}
	return m
}

var good = []struct {
	name     string
	format   feed.Format
	data     string
	want     filters.Listing
	warnings []string
}{
	{
		name:   "DROP: one provider a number, lines of Windows, the end named",
		format: feed.SpamhausDrop,
		data: strings.ReplaceAll(title+"; https://www.spamhaus.org/drop/drop.txt\n; Last-Modified: Fri,  1 Dec 2017 "+
			"14:00:40 GMT\n; Expires: Thu, 21 Jan 2021 21:14:11 GMT\n"+
			"1.2.3.0/24 ; SBL300238\n\n1.2.5.0/24\t;SBL2\n  1.2.4.0/24 ; SBL300238\n; EOF", "\n", "\r\n"),
		want: filters.Listing{
			Name: "spamhaus-drop-v4", Publisher: "(c) 2021 The Spamhaus Project",
			URL:     "https://www.spamhaus.org/drop/drop.txt",
			Updated: moment("2017-12-01T14:00:40Z"),
			Providers: []filters.Provider{
				{Name: "SBL300238", ID: "sbl300238", Reason: "on the Spamhaus DROP list", Evidence: sbl("SBL300238"),
					Source:   at(5, 1),
					Prefixes: []filters.PrefixMatch{prefix("1.2.3.0/24", at(5, 1)), prefix("1.2.4.0/24", at(8, 3))}},
				{Name: "SBL2", ID: "sbl2", Reason: "on the Spamhaus DROP list", Evidence: sbl("SBL2"), Source: at(7, 1),
					Prefixes: []filters.PrefixMatch{prefix("1.2.5.0/24", at(7, 1))}},
			},
		},
	},
	{
		name:   "DROP: no numbers, no Last-Modified, a record twice, one block under two numbers, reserved space",
		format: feed.SpamhausDrop,
		data: title + "2a00::/32\n2A00:0:0::/32 ;\n2a00:1::/32 ; SBL1\n2a00:1::/32 ; SBL2\n2001:db8::/32 ; " +
			"SBL3\nfd00::/8 ; SBL3\n2001:db8:1::/48 ; SBL3\n",
		want: filters.Listing{
			Name: "spamhaus-drop-v6", Publisher: "(c) 2021 The Spamhaus Project", Updated: moment("2021-01-21"),
			Providers: []filters.Provider{
				{Name: "2a00::/32", ID: "net-2a00-z-32", Reason: "on the Spamhaus DROP list", Source: at(2, 1),
					Prefixes: []filters.PrefixMatch{prefix("2a00::/32", at(2, 1))}},
				{Name: "SBL1", ID: "sbl1", Reason: "on the Spamhaus DROP list", Evidence: sbl("SBL1"), Source: at(4, 1),
					Prefixes: []filters.PrefixMatch{prefix("2a00:1::/32", at(4, 1))}},
				{Name: "SBL2", ID: "sbl2", Reason: "on the Spamhaus DROP list", Evidence: sbl("SBL2"), Source: at(5, 1),
					Prefixes: []filters.PrefixMatch{prefix("2a00:1::/32", at(5, 1))}},
			},
		},
		warnings: []string{
			"f:2:1: warning: 2a00::/32 has no SBL number, and is listed by its prefix; 1 more line likewise " +
				"[feed-no-sbl]",
			"f:3:1: warning: 2a00::/32 stands twice, first at line 2 [feed-duplicate]",
			"f:6:1: warning: 2001:db8::/32 is left out: documentation (RFC 3849); 1 more line likewise [feed-reserved]",
			"f:7:1: warning: fd00::/8 is left out: private (RFC 4193) [feed-reserved]",
		},
	},
	{
		name:   "EDROP since 2024: merged, with its title",
		format: feed.SpamhausDrop,
		data: "; This list has been merged into https://www.spamhaus.org/drop/drop.txt\n; Spamhaus EDROP List " +
			"2024/05/05 - (c) 2024 The Spamhaus Project SLU\n" +
			"; https://www.spamhaus.org/drop/edrop.txt\n; Last-Modified: Wed, 10 Apr 2024 10:14:02 GMT\n; EOF\n",
		want: filters.Listing{Name: "spamhaus-edrop", Publisher: "(c) 2024 The Spamhaus Project SLU",
			URL: "https://www.spamhaus.org/drop/edrop.txt", Updated: moment("2024-04-10T10:14:02Z")},
		warnings: []string{
			"f: warning: EDROP has been part of DROP since April 2024, and is empty (hint: import DROP) [feed-merged]",
		},
	},
	{
		name:   "EDROP since 2024: the notice alone",
		format: feed.SpamhausDrop,
		data:   "; This list has been merged into https://www.spamhaus.org/drop/drop.txt\n; EOF\n",
		want:   filters.Listing{Name: "spamhaus-edrop", Publisher: "The Spamhaus Project"},
		warnings: []string{
			"f: warning: EDROP has been part of DROP since April 2024, and is empty (hint: import DROP) [feed-merged]",
			"f: warning: the feed does not say when it was made [feed-no-date]",
		},
	},
	{
		name:   "DROP as JSON: a key more, no number, no newline behind the footer",
		format: feed.SpamhausDrop,
		data: `{"cidr":"1.2.3.0/24","sblid":"SBL1","rir":null,"score":1}` + "\n" +
			`{ "cidr" : "1.2.4.0\/24", "sblid" : null }` + "\n" +
			`{"type":"metadata","timestamp":1752302274,"size":101,"records":2,"copyright":"(c) 2025 The Spamhaus Project SLU"}`,
		want: filters.Listing{
			Name: "spamhaus-drop-v4", Publisher: "(c) 2025 The Spamhaus Project SLU",
			Updated: moment("2025-07-12T06:37:54Z"),
			Providers: []filters.Provider{
				{Name: "SBL1", ID: "sbl1", Reason: "on the Spamhaus DROP list", Evidence: sbl("SBL1"), Source: at(1, 9),
					Prefixes: []filters.PrefixMatch{prefix("1.2.3.0/24", at(1, 9))}},
				{Name: "1.2.4.0/24", ID: "net-1-2-4-0-24", Reason: "on the Spamhaus DROP list", Source: at(2, 12),
					Prefixes: []filters.PrefixMatch{prefix("1.2.4.0/24", at(2, 12))}},
			},
		},
		warnings: []string{
			`f:1:56: warning: key "score" is not read [feed-unknown-key]`,
			"f:2:12: warning: 1.2.4.0/24 has no SBL number, and is listed by its prefix [feed-no-sbl]",
		},
	},
	{
		name:   "ASN-DROP as JSON: accents kept, what hides left out, ASNs that nobody lists",
		format: feed.SpamhausASNDrop,
		data: `{"asn":612,"rir":"arin","domain":"example.net","cc":"ZZ","asname":"América"}` + "\n" +
			`{"asn":613,"rir":"","domain":"a\u202eb","cc":null,"asname":"x\u001b[31m"}` + "\n" +
			`{"asn":64512}` + "\n" + `{"asn":0}` + "\n" + `{"asn":23456}` + "\n" + `{"asn":612}` + "\n" +
			`{"type":"metadata","timestamp":1752302274,"size":202,"records":6}` + "\n",
		want: filters.Listing{
			Name: "spamhaus-asndrop", Publisher: "The Spamhaus Project", Updated: moment("2025-07-12T06:37:54Z"),
			Providers: []filters.Provider{
				{Name: "América", ID: "as612", Reason: "on the Spamhaus ASN-DROP list, domain example.net, country " +
					"ZZ, registry arin", Evidence: asnDrop, Source: at(1, 8),
					ASNs: []filters.ASMatch{{ASN: 612, Source: at(1, 8)}}},
				{Name: "AS613", ID: "as613", Reason: "on the Spamhaus ASN-DROP list", Evidence: asnDrop,
					Source: at(2, 8), ASNs: []filters.ASMatch{{ASN: 613, Source: at(2, 8)}}},
			},
		},
		warnings: []string{
			`f:2:8: warning: text with hidden characters, or too long, is left out: "a\u202eb"; 1 more line likewise [feed-hidden-character]`,
			"f:3:8: warning: AS64512 is left out: private (RFC 6996) [feed-reserved]",
			"f:4:8: warning: AS0 is left out: reserved (RFC 7607) [feed-forbidden]",
			"f:5:8: warning: AS23456 is left out: AS_TRANS (RFC 6793) [feed-forbidden]",
			"f:6:8: warning: AS612 stands twice, first at line 1 [feed-duplicate]",
		},
	},
	{
		name:   "ASN-DROP as text, with the title that it had",
		format: feed.SpamhausASNDrop,
		data: title + "; https://www.spamhaus.org/drop/asndrop.txt\n; Last-Modified: Thu, 21 Jan 2021 19:45:55 " +
			"GMT\nAS612 ; ZZ | EXAMPLE - Example Inc., ZZ\nAS613 ; | Orb\nAS614 \nAS615 ; Name\n",
		want: filters.Listing{
			Name: "spamhaus-asndrop", Publisher: "(c) 2021 The Spamhaus Project",
			URL: "https://www.spamhaus.org/drop/asndrop.txt", Updated: moment("2021-01-21T19:45:55Z"),
			Providers: []filters.Provider{
				{Name: "EXAMPLE - Example Inc., ZZ", ID: "as612", Reason: "on the Spamhaus ASN-DROP list, country ZZ",
					Evidence: asnDrop, Source: at(4, 1), ASNs: []filters.ASMatch{{ASN: 612, Source: at(4, 1)}}},
				{Name: "Orb", ID: "as613", Reason: "on the Spamhaus ASN-DROP list", Evidence: asnDrop, Source: at(5, 1),
					ASNs: []filters.ASMatch{{ASN: 613, Source: at(5, 1)}}},
				{Name: "AS614", ID: "as614", Reason: "on the Spamhaus ASN-DROP list", Evidence: asnDrop,
					Source: at(6, 1), ASNs: []filters.ASMatch{{ASN: 614, Source: at(6, 1)}}},
				{Name: "Name", ID: "as615", Reason: "on the Spamhaus ASN-DROP list", Evidence: asnDrop,
					Source: at(7, 1), ASNs: []filters.ASMatch{{ASN: 615, Source: at(7, 1)}}},
			},
		},
	},
	{
		name:   "plain",
		format: feed.Plain,
		data: "# mixed\n; both\n1.2.3.0/24 # Example Hosting\n 2a00::/32;x\u202ey\nAS612\n613\n1.2.3.4\n2a00::1 " +
			"## one\n10.0.0.1\n1.2.3.0/24\n::/0\n",
		want: filters.Listing{
			Name: "plain",
			Providers: []filters.Provider{
				{Name: "1.2.3.0/24", ID: "net-1-2-3-0-24", Reason: "Example Hosting", Source: at(3, 1),
					Prefixes: []filters.PrefixMatch{prefix("1.2.3.0/24", at(3, 1))}},
				{Name: "2a00::/32", ID: "net-2a00-z-32", Source: at(4, 2),
					Prefixes: []filters.PrefixMatch{prefix("2a00::/32", at(4, 2))}},
				{Name: "AS612", ID: "as612", Source: at(5, 1), ASNs: []filters.ASMatch{{ASN: 612, Source: at(5, 1)}}},
				{Name: "AS613", ID: "as613", Source: at(6, 1), ASNs: []filters.ASMatch{{ASN: 613, Source: at(6, 1)}}},
				{Name: "1.2.3.4/32", ID: "net-1-2-3-4-32", Source: at(7, 1),
					Prefixes: []filters.PrefixMatch{prefix("1.2.3.4/32", at(7, 1))}},
				{Name: "2a00::1/128", ID: "net-2a00-z-1-128", Reason: "one", Source: at(8, 1),
					Prefixes: []filters.PrefixMatch{prefix("2a00::1/128", at(8, 1))}},
				{Name: "::/0", ID: "net-z-0", Source: at(11, 1),
					Prefixes: []filters.PrefixMatch{prefix("::/0", at(11, 1))}},
			},
		},
		warnings: []string{
			`f:4:2: warning: text with hidden characters, or too long, is left out: "x\u202ey" [feed-hidden-character]`,
			"f:7:1: warning: 1.2.3.4 has no length, and is read as 1.2.3.4/32; 2 more lines likewise [feed-no-length]",
			"f:9:1: warning: 10.0.0.1/32 is left out: private (RFC 1918) [feed-reserved]",
			"f:10:1: warning: 1.2.3.0/24 stands twice, first at line 3 [feed-duplicate]",
		},
	},
}

func TestGood(t *testing.T) {
	t.Parallel()
	for _, test := range good {
		t.Run(test.name, func(t *testing.T) {
			listing, diags := feed.Parse(test.format, "f", []byte(test.data), feed.Options{Treatment: "tag"})
			if diff := cmp.Diff(test.warnings, messages(diags)); diff != "" {
				t.Errorf("diagnostics (-want +got)\n%s", diff)
			}
			if listing == nil {
				t.Fatal("refused")
			}
			test.want.Treatment = "tag"
			test.want.Source = diag.Position{File: "f"}
			if diff := cmp.Diff(test.want, *listing, compare); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	listing, diags := feed.Parse(feed.Plain, "f", []byte("1.2.3.0/24\n"),
		feed.Options{Name: "mine", URL: "https://example.net/list"})
	if listing == nil || listing.Name != "mine" || listing.URL != "https://example.net/list" ||
		listing.Treatment != "" || listing.MaxAge != time.Duration(0) {
		t.Errorf("got %+v", listing)
	}
	want := []string{"f: warning: the listing has no treatment (hint: --treatment deprefer, or a treatment for this " +
		"list in the exchange file) [feed-no-treatment]"}
	if diff := cmp.Diff(want, messages(diags)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	const sha256 = "7179d5c23a29625799df8a2e0e6409b78ac6bf6ad09e0dabf5db6b92b7d581b2"
	if listing.Digest != sha256 {
		t.Errorf("digest: got %s, want %s", listing.Digest, sha256)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	for _, f := range feed.Formats() {
		if got, err := feed.ParseFormat(f.String()); got != f || err != nil {
			t.Errorf("%s: got %v, %v", f, got, err)
		}
	}
	_, err := feed.ParseFormat("drop")
	if want := `no feed format "drop": it is one of spamhaus-drop, spamhaus-asndrop, plain, csv`; err == nil ||
		err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
