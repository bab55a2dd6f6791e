package feed_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/feed"
)

const (
	recordLine = `{"cidr":"1.2.3.0/24","sblid":"SBL1","rir":"apnic"}` + "\n"
	footerLine = `{"type":"metadata","timestamp":1752302274,"size":51,"records":1}` + "\n"
)

// TestTaken has what publishers and mirrors change without changing the list: it is
// read, and said where it is no longer as it was published.
func TestTaken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		format   feed.Format
		data     string
		updated  string
		provider string // the first
		said     []string
	}{
		{"blank lines after the footer", feed.SpamhausDrop, recordLine + footerLine + "\n \t\n", "2025-07-12T06:37:54Z",
			"SBL1", nil},
		{"CR LF", feed.SpamhausDrop, recordLine[:50] + "\r\n" + footerLine[:len(footerLine)-1] + "\r\n",
			"2025-07-12T06:37:54Z", "SBL1",
			[]string{"f: warning: its lines end with CR LF, which somebody has changed since it was published; they " +
				"are read as LF [feed-line-ends]"}},
		{"a mark before JSON", feed.SpamhausDrop, "\ufeff" + recordLine + footerLine, "2025-07-12T06:37:54Z", "SBL1",
			[]string{"f: warning: the byte order mark at its start is passed over [feed-byte-order-mark]"}},
		{"a mark before text", feed.SpamhausDrop, "\ufeff" + title + "1.2.3.0/24 ; SBL1\n", "2021-01-21", "SBL1",
			[]string{"f: warning: the byte order mark at its start is passed over [feed-byte-order-mark]"}},
		{"a mark before a plain list", feed.Plain, "\ufeff1.2.3.0/24\n", "", "1.2.3.0/24",
			[]string{"f: warning: the byte order mark at its start is passed over [feed-byte-order-mark]"}},
		{"new fields of any shape", feed.SpamhausDrop,
			`{"cidr":"1.2.3.0/24","tags":["a",{"b":[]}],"whois":{"cc":"]}"},"sblid":"SBL1","ok":true}` + "\n" +
				`{"type":"metadata","timestamp":1752302274,"size":89,"records":1}` + "\n",
			"2025-07-12T06:37:54Z", "SBL1",
			[]string{`f:1:29: warning: key "tags" is not read [feed-unknown-key]`,
				`f:1:52: warning: key "whois" is not read [feed-unknown-key]`,
				`f:1:84: warning: key "ok" is not read [feed-unknown-key]`}},
		{"records with a type", feed.SpamhausDrop,
			`{"type":"cidr","cidr":"1.2.3.0/24","sblid":"SBL1"}` + "\n" + footerLine, "2025-07-12T06:37:54Z", "SBL1",
			[]string{`f:1:9: warning: key "type" is not read [feed-unknown-key]`}},
		{"spaces behind a value", feed.SpamhausDrop,
			`{"cidr":"1.2.3.0/24 ","sblid":"SBL1 ","rir":"apni"}` + "\n" +
				`{"type":"metadata","timestamp":1752302274,"size":52,"records":1}` + "\n",
			"2025-07-12T06:37:54Z", "SBL1", nil},
		{"UTC", feed.SpamhausDrop, title + "; Last-Modified: Sat, 12 Jul 2025 06:37:54 UTC\n1.2.3.0/24 ; SBL1\n",
			"2025-07-12T06:37:54Z", "SBL1", nil},
		{"+0000", feed.SpamhausDrop, title + "; Last-Modified: Sat, 12 Jul 2025 06:37:54 +0000\n1.2.3.0/24 ; SBL1\n",
			"2025-07-12T06:37:54Z", "SBL1", nil},
		{"another zone", feed.SpamhausDrop, title +
			"; Last-Modified: Sat, 12 Jul 2025 08:37:54 +0200\n1.2.3.0/24 ; SBL1\n", "2025-07-12T06:37:54Z", "SBL1",
			nil},
		{"CSV", feed.CSV, "ASN,Entity\n3356,\"Example, Inc.\"\nAS174,\n", "", "Example, Inc.", nil},
		{"CSV with CR LF, as plain", feed.Plain, "asn, entity\r\n3356,Example\r\n", "", "Example", nil},
		{"CSV of one column and more", feed.CSV, "ASN,Country,Entity\n3356,ZZ,Example\n", "", "Example", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, diags := feed.Parse(test.format, "f", []byte(test.data), feed.Options{Treatment: "tag"})
			if l == nil {
				t.Fatalf("refused: %v", diags)
			}
			if d := cmp.Diff(test.said, messages(diags)); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if got := l.Updated.String(); got != test.updated || l.Providers[0].Name != test.provider {
				t.Errorf("got %s of %s, want %s of %s", l.Providers[0].Name, got, test.provider, test.updated)
			}
		})
	}
}

func TestBadCSV(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, data, want string }{
		{"no columns", "3356,Example\n",
			`f:1:1: error: this is no CSV of ASNs: it begins with "3356,Example" (hint: its first line is: ASN,Entity) [feed-no-header]`},
		{"nothing", "ASN,Entity\n", "f: error: the feed lists nothing [feed-no-entries]"},
		{"no ASN", "ASN,Entity\nexample,Example\n",
			`f:2:1: error: "example" is not an ASN (hint: a decimal number, such as 64512 or AS64512) [feed-asn-syntax]`},
		{"cut", "ASN,Entity\n3356,Example\n17", `f:3:1: error: wrong number of fields [feed-csv]`},
		{"cut in a name", "ASN,Entity\n3356,Exam",
			`f:2:10: error: the feed is cut short: its last line "3356,Exam" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`},
		{"cut in quotes", "ASN,Entity\n3356,\"Exam\n",
			`f:2:12: error: extraneous or missing " in quoted-field [feed-csv]`},
	} {
		t.Run(test.name, func(t *testing.T) {
			l, diags := feed.Parse(feed.CSV, "f", []byte(test.data), feed.Options{Treatment: "tag"})
			if d := cmp.Diff([]string{test.want}, messages(diags)); d != "" || l != nil {
				t.Errorf("taken %t, (-want +got)\n%s", l != nil, d)
			}
		})
	}
}
