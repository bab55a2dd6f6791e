package feed_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
	"depeer/filters/feed"
)

const (
	title = "; Spamhaus DROP List 2021/01/21 - (c) 2021 The Spamhaus Project\n"
	dated = title + "; Last-Modified: Thu, 21 Jan 2021 19:45:55 GMT\n"
	edrop = "; Spamhaus EDROP List 2021/01/23 - (c) 2021 The Spamhaus Project\n; Last-Modified: Sat, 23 Jan 2021 " +
		"19:24:42 GMT\n"
	record = `{"cidr":"1.2.3.0/24","sblid":"SBL1","rir":"apnic"}` + "\n"
	footer = `{"type":"metadata","timestamp":1752302274,"size":51,"records":1,"copyright":"(c) 2025 The Spamhaus Project SLU","terms":"https://www.spamhaus.org/drop/terms/"}` + "\n"
)

// Every mistake, and all that is said about it.
var bad = []struct {
	name   string
	format feed.Format
	data   string
	want   []string
}{
	{"nothing", feed.SpamhausDrop, "", []string{"f: error: the feed is empty (hint: fetch it again) [feed-empty]"}},
	{"blank", feed.Plain, " \r\n\n", []string{"f: error: the feed is empty (hint: fetch it again) [feed-empty]"}},
	{"HTML", feed.Plain, "\n<!DOCTYPE html>\n<html>",
		[]string{`f:1:1: error: this is HTML or XML, not a feed: it begins with "<!DOCTYPE html>" (hint: fetch it again) [feed-html]`}},
	{"error code", feed.SpamhausASNDrop, "Error Code: 522\n",
		[]string{`f:1:1: error: this is a server's error, not a feed: "Error Code: 522" (hint: fetch it again) [feed-error-page]`}},
	{"gzip", feed.Plain, "\x1f\x8b\x08\x00",
		[]string{"f:1:1: error: the feed is gzipped (hint: gunzip it first) [feed-binary]"}},
	{"a mark in the middle", feed.Plain, "1.2.3.0/24\n\ufeff1.2.4.0/24\n",
		[]string{`f:2:1: error: "\ufeff1.2.4.0/24" is neither a prefix nor an ASN (hint: one prefix or ASN a line) [feed-line]`}},
	{"a second list", feed.SpamhausDrop, title + "1.2.3.0/24 ; SBL1\n" + title + "1.2.4.0/24 ; SBL2\n", []string{
		`f:3:1: error: a second list begins here: "Spamhaus DROP List 2021/01/21 - (c) 2021"... (hint: import each list by itself) [feed-second-title]`}},
	{"NUL", feed.Plain, "1.2.3.0/24\n1.2.\x004.0/24\n",
		[]string{"f:2:5: error: the feed is not text: control character U+0000 [feed-binary]"}},
	{"escape", feed.Plain, "# \x1b[31m\n1.2.3.0/24\n",
		[]string{"f:1:3: error: the feed is not text: control character U+001B [feed-binary]"}},
	{"Latin-1", feed.Plain, "# caf\xe9\n1.2.3.0/24\n",
		[]string{"f:1:6: error: the feed is not text: no UTF-8 [feed-binary]"}},

	{"no title", feed.SpamhausDrop, "1.2.3.0/24 ; SBL1\n",
		[]string{`f:1:1: error: this is no Spamhaus DROP list: it begins with "1.2.3.0/24 ; SBL1" (hint: its title is: ; Spamhaus DROP List ...) [feed-no-header]`}},
	{"comments only", feed.SpamhausDrop, "; hello\n",
		[]string{`f:1:1: error: this is no Spamhaus DROP list: it begins with "; hello" (hint: its title is: ; Spamhaus DROP List ...) [feed-no-header]`}},
	{"gateway", feed.SpamhausDrop, "Bad Gateway\n",
		[]string{`f:1:1: error: this is no Spamhaus DROP list: it begins with "Bad Gateway" (hint: its title is: ; Spamhaus DROP List ...) [feed-no-header]`}},
	{"empty DROP", feed.SpamhausDrop, dated, []string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"empty DROP, whole", feed.SpamhausDrop, dated + "; EOF\n",
		[]string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"empty EDROP of before 2024", feed.SpamhausDrop, edrop,
		[]string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"only reserved", feed.SpamhausDrop, dated + "10.0.0.0/8 ; SBL1\n", []string{
		"f: error: the feed lists nothing (hint: all that it has is left out) [feed-no-entries]",
		"f:3:1: warning: 10.0.0.0/8 is left out: private (RFC 1918) [feed-reserved]"}},
	{"cut line", feed.SpamhausDrop, dated + "1.2.3.0/24 ; SBL1\n1.2.4.0/2", []string{
		`f:4:10: error: the feed is cut short: its last line "1.2.4.0/2" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"cut comment", feed.SpamhausDrop, dated + "1.2.3.0/24 ; SBL1\n; EO", []string{
		`f:4:5: error: the feed is cut short: its last line "; EO" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"after the end", feed.SpamhausDrop, dated + "1.2.3.0/24 ; SBL1\n; EOF\n1.2.4.0/24 ; SBL2\n",
		[]string{`f:5:1: error: "1.2.4.0/24 ; SBL2" after the end of the list [feed-after-end]`}},
	{"bad lines", feed.SpamhausDrop, dated +
		"1.2.3.1/24 ; SBL1\n  01.2.3.0/24 ; SBL2\n1.2.3.0/33\n1.2.3.4 ;\n1.2.3.0/24 1.2.4.0/24\n1.2.3.0/24 ;  " +
		"SBL\n1.2.3.0/24 ; SBL1 ; SBL2\ncaf\u00e9\n", []string{
		"f:3:1: error: host bits set in 1.2.3.1/24 (hint: 1.2.3.0/24) [feed-host-bits]",
		"f:4:3: error: leading zero in 01.2.3.0/24 (hint: 1.2.3.0/24, if decimal was meant) [feed-prefix-leading-zero]",
		"f:5:1: error: length 33 in 1.2.3.0/33 is over 32 (hint: 0 to 32) [feed-prefix-length]",
		"f:6:1: error: 1.2.3.4 has no length (hint: 1.2.3.4/32 for the one address) [feed-prefix-no-length]",
		`f:7:1: error: "1.2.3.0/24 1.2.4.0/24" is no prefix (hint: such as 192.0.2.0/24) [feed-line]`,
		`f:8:15: error: "SBL" is no SBL number (hint: such as SBL300238) [feed-sbl]`,
		`f:9:14: error: "SBL1 ; SBL2" is no SBL number (hint: such as SBL300238) [feed-sbl]`,
		`f:10:1: error: "caf\u00e9" is no prefix (hint: such as 192.0.2.0/24) [feed-line]`}},
	{"mixed families", feed.SpamhausDrop, dated + "1.2.3.0/24 ; SBL1\n2a00::/32 ; SBL2\n",
		[]string{"f:4:1: error: 2a00::/32 among prefixes of the other address family [feed-family]"}},
	{"mapped", feed.SpamhausDrop, dated + "::ffff:1.2.3.0/120 ; SBL1\n",
		[]string{"f:3:1: error: ::ffff:1.2.3.0/120 is an IPv4-mapped IPv6 prefix (hint: 1.2.3.0/24) " +
			"[feed-prefix-mapped]"}},
	{"bad date", feed.SpamhausDrop, title + "; Last-Modified: yesterday\n1.2.3.0/24 ; SBL1\n",
		[]string{`f:2:1: error: "yesterday" is no date (hint: such as Thu, 21 Jan 2021 19:45:55 GMT) [feed-date]`}},
	{"date that no listing can have", feed.SpamhausDrop,
		title + "; Last-Modified: Thu, 21 Jan 1960 19:45:55 GMT\n1.2.3.0/24 ; SBL1\n",
		[]string{`f:2:1: error: "Thu, 21 Jan 1960 19:45:55 GMT" is no date (hint: such as Thu, 21 Jan 2021 19:45:55 GMT) [feed-date]`}},
	{"ASN-DROP", feed.SpamhausDrop, title + "AS612 ; US | X\n",
		[]string{"f:2:1: error: an ASN: this is no list of prefixes (hint: spamhaus-asndrop) [feed-format]"}},

	{"no footer", feed.SpamhausDrop, record,
		[]string{"f:1:51: error: the feed is cut short: its footer is missing (hint: fetch it again) [feed-no-footer]"}},
	{"cut record", feed.SpamhausDrop, record + record[:30], []string{
		`f:2:31: error: the feed is cut short: its last line "{\"cidr\":\"1.2.3.0/24\",\"sblid\":\"" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"cut footer", feed.SpamhausDrop, record + footer[:30], []string{
		`f:2:31: error: the feed is cut short: its last line "{\"type\":\"metadata\",\"timestamp\"" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"cut between", feed.SpamhausDrop, strings.TrimSuffix(record, "\n"), []string{
		`f:1:51: error: the feed is cut short: its last line "{\"cidr\":\"1.2.3.0/24\",\"sblid\":\"SBL1\",\"rir"... has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"records", feed.SpamhausDrop, record + strings.Replace(footer, `"records":1`, `"records":2`, 1),
		[]string{"f:2:63: error: the footer counts 2 records, and there are 1 (hint: fetch it again) [feed-records]"}},
	{"size", feed.SpamhausDrop, record + strings.Replace(footer, `51`, `50`, 1),
		[]string{"f:2:50: error: the footer counts 50 bytes before it, and there are 51 (hint: fetch it again) " +
			"[feed-size]"}},
	{"half a footer", feed.SpamhausDrop, record + `{"type":"metadata","timestamp":"now","size":5.1e1}` + "\n", []string{
		`f:2:1: error: "records" is missing [feed-missing-key]`,
		`f:2:32: error: "timestamp" must be a whole number up to 253402300799 [feed-number]`,
		`f:2:45: error: "size" must be a whole number up to 9223372036854775807 [feed-number]`}},
	{"another type", feed.SpamhausDrop, record + `{"type":"notice"}` + "\n",
		[]string{`f:2:9: error: a record of type "notice", where metadata belongs [feed-footer]`}},
	{"after the footer", feed.SpamhausDrop, record + footer + "\n" + record,
		[]string{`f:4:1: error: "{\"cidr\":\"1.2.3.0/24\",\"sblid\":\"SBL1\",\"rir"... after the footer [feed-after-end]`}},
	{"empty JSON", feed.SpamhausDrop, `{"type":"metadata","timestamp":1752302274,"size":0,"records":0}` + "\n",
		[]string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"bad records", feed.SpamhausDrop, "{\"cidr\":\"1.2.3.1/24\",\"sblid\":\"SBL1\"}\n" + "{\"cidr\":null}\n" +
		"{\"cidr\":\"1.2.3.0/24\",\"cidr\":\"1.2.4.0/24\"}\n" + "{\"cidr\":[]}\n" +
		"[]\n{\"cidr\":\"1.2.3.0/24\",\"sblid\":12}\n{\"cidr\":\"1.2.3.0/24\",\"sblid\":\"12\"}\n{\"a\":1}{}\n" +
		`{"type":"metadata","timestamp":1752302274,"size":186,"records":8}` + "\n", []string{
		"f:1:9: error: host bits set in 1.2.3.1/24 (hint: 1.2.3.0/24) [feed-host-bits]",
		`f:2:9: error: "cidr" is missing [feed-missing-key]`,
		`f:3:22: error: key "cidr" stands twice [feed-json]`,
		`f:4:9: error: "cidr" must be a string [feed-json]`,
		"f:5:1: error: a record in JSON must start with { [feed-json]",
		`f:6:30: error: "sblid" must be a string [feed-json]`,
		`f:7:30: error: "12" is no SBL number (hint: such as SBL300238) [feed-sbl]`,
		"f:8:8: error: more than one record on the line [feed-json]"}},
	{"ASN-DROP in JSON", feed.SpamhausDrop, `{"asn":612}` + "\n",
		[]string{"f:1:8: error: an ASN: this is no list of prefixes (hint: spamhaus-asndrop) [feed-format]"}},

	{"no ASNs", feed.SpamhausASNDrop, "; Spamhaus DROP List 2015/09/14\n",
		[]string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"bad ASNs", feed.SpamhausASNDrop, "AS0612\n612\nAS4294967296 ; x\nAS1.10\nASX\n", []string{
		`f:1:1: error: leading zero in ASN "AS0612" (hint: 612) [feed-asn-leading-zero]`,
		`f:2:1: error: "612" is no ASN (hint: such as AS64999) [feed-line]`,
		`f:3:1: error: ASN "AS4294967296" is over 4294967295 [feed-asn-range]`,
		`f:4:1: error: "AS1.10" is asdot notation, or a fraction (hint: 65546, if asdot was meant) [feed-asn-syntax]`,
		`f:5:1: error: "ASX" is no ASN (hint: such as AS64999) [feed-line]`}},
	{"DROP", feed.SpamhausASNDrop, dated + "1.2.3.0/24 ; SBL1\n",
		[]string{`f:3:1: error: "1.2.3.0/24": this is no list of ASNs (hint: spamhaus-drop) [feed-format]`}},
	{"DROP in JSON", feed.SpamhausASNDrop, record + footer,
		[]string{"f:1:9: error: a prefix: this is no list of ASNs (hint: spamhaus-drop) [feed-format]"}},
	{"bad JSON ASNs", feed.SpamhausASNDrop,
		"{\"asn\":\"612\"}\n{\"asn\":0612}\n{\"asn\":4294967296}\n{\"rir\":\"x\"}\n{\"asn\":6e2}\n{\"asn\":-1}\n" +
			`{"type":"metadata","timestamp":1752302274,"size":81,"records":6}` + "\n", []string{
			`f:1:8: error: "asn" must be a whole number up to 4294967295 [feed-number]`,
			"f:2:8: error: a value must stand here [feed-json]",
			`f:3:8: error: "asn" must be a whole number up to 4294967295 [feed-number]`,
			`f:4:1: error: "asn" is missing [feed-missing-key]`,
			`f:5:8: error: "asn" must be a whole number up to 4294967295 [feed-number]`,
			`f:6:8: error: "asn" must be a whole number up to 4294967295 [feed-number]`}},

	{"nothing listed", feed.Plain, "# a comment\n; another\n",
		[]string{"f: error: the feed lists nothing [feed-no-entries]"}},
	{"cut plain", feed.Plain, "1.2.3.0/24\n1.2.4.0/2", []string{
		`f:2:10: error: the feed is cut short: its last line "1.2.4.0/2" has no end (hint: fetch it again; if it is whole, end its last line with a newline) [feed-cut]`}},
	{"JSON", feed.Plain, record + footer,
		[]string{"f:1:1: error: this is JSON, no plain list (hint: spamhaus-drop or spamhaus-asndrop) [feed-format]"}},
	{"bad plain", feed.Plain,
		"1.2.3.4/24\n1.2.3.0\t1.2.3.255\t24\nexample.net\nhello\n1.2.3.0-1.2.3.255\nfe80::1%eth0/64\n\uff11.2.3.0/24\n0x10\n" + strings.Repeat("1", 65) + "\n", []string{
			"f:1:1: error: host bits set in 1.2.3.4/24 (hint: 1.2.3.0/24) [feed-host-bits]",
			`f:2:1: error: "1.2.3.0\t1.2.3.255\t24" is neither a prefix nor an ASN (hint: one prefix or ASN a line) [feed-line]`,
			`f:3:1: error: "example.net" is not a prefix (hint: such as 192.0.2.0/24 or 2001:db8::/32) [feed-prefix-syntax]`,
			`f:4:1: error: "hello" is neither a prefix nor an ASN (hint: one prefix or ASN a line) [feed-line]`,
			`f:5:1: error: "1.2.3.0-1.2.3.255" is not a prefix (hint: such as 192.0.2.0/24 or 2001:db8::/32) [feed-prefix-syntax]`,
			"f:6:1: error: zone in fe80::1%eth0/64 (hint: fe80::/64) [feed-prefix-zone]",
			`f:7:1: error: "\uff11.2.3.0/24" is neither a prefix nor an ASN (hint: one prefix or ASN a line) [feed-line]`,
			`f:8:1: error: "0x10" is not an ASN (hint: a decimal number, such as 64512 or AS64512) [feed-asn-syntax]`,
			`f:9:1: error: "1111111111111111111111111111111111111111"... is neither a prefix nor an ASN (hint: one prefix or ASN a line) [feed-line]`}},
}

func TestBad(t *testing.T) {
	t.Parallel()
	for _, test := range bad {
		t.Run(test.name, func(t *testing.T) {
			listing, diags := feed.Parse(test.format, "f", []byte(test.data), feed.Options{Treatment: "tag"})
			if listing != nil {
				t.Error("taken")
			}
			if diff := cmp.Diff(test.want, messages(diags)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	data := append([]byte("1.2.3.0/24\n"), bytes.Repeat([]byte("#"), feed.MaxSize)...)
	listing, diags := feed.Parse(feed.Plain, "f", data, feed.Options{})
	if diff := cmp.Diff([]string{"f: error: the feed is over 64 MiB [feed-too-large]"}, messages(diags)); diff != "" ||
		listing != nil {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A large file of something else is not repeated to the user.
func TestTooManyErrors(t *testing.T) {
	t.Parallel()
	for _, format := range []feed.Format{feed.Plain, feed.SpamhausDrop} {
		data := title + strings.Repeat("nonsense\n", 100_000)
		_, diags := feed.Parse(format, "f", []byte(data), feed.Options{})
		if len(diags) != 101 || diags[100].Code != "feed-too-many-errors" || diags[100].Position != diags[99].Position {
			t.Errorf("%s: %d diagnostics, the last: %s", format, len(diags), diags[len(diags)-1])
		}
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	listing, diags := feed.Parse(feed.Plain, "f", []byte("1.2.3.0/24\n"), feed.Options{Name: "My List", Treatment: "-"})
	if diff := cmp.Diff([]string{"feed-name", "feed-treatment"}, codes(diags)); diff != "" || listing != nil {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func messages(diags diag.List) []string {
	var all []string
	for _, d := range diags {
		all = append(all, d.String())
	}
	return all
}
