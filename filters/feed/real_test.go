package feed_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
)

// summary is what a listing of a real feed is known to hold.
type summary struct {
	Name, Updated, URL        string
	Providers, Prefixes, ASNs int
}

func summarise(l *filters.Listing) summary {
	s := summary{Name: l.Name, Updated: l.Updated.String(), URL: l.URL, Providers: len(l.Providers)}
	for _, p := range l.Providers {
		s.Prefixes += len(p.Prefixes)
		s.ASNs += len(p.ASNs)
	}
	return s
}

// Prefixes are counted with other tools: lines that do not start with a
// semicolon, the JSON footers' records, the netset's own count of its entries
// (6,656, of which 12 are bogons); one of the 442 ASNs of 2019 is private.
func TestRealFeeds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file     string
		format   feed.Format
		want     summary
		warnings []string
	}{
		{"2018-02-02.drop.txt", feed.SpamhausDrop,
			summary{"spamhaus-drop-v4", "2018-01-31T11:11:04Z", "https://www.spamhaus.org/drop/drop.txt", 798, 798, 0},
			nil},
		{"2018-02-02.dropv6.txt", feed.SpamhausDrop,
			summary{"spamhaus-drop-v6", "2017-12-01T14:00:40Z", "https://www.spamhaus.org/drop/dropv6.txt", 41, 41, 0},
			nil},
		{"2018-02-02.edrop.txt", feed.SpamhausDrop,
			summary{"spamhaus-edrop", "2018-01-24T17:12:10Z", "https://www.spamhaus.org/drop/edrop.txt", 52, 52, 0},
			nil},
		{"2021-01-26.drop.txt", feed.SpamhausDrop,
			summary{"spamhaus-drop-v4", "2021-01-21T19:45:55Z", "https://www.spamhaus.org/drop/drop.txt", 967, 967, 0},
			nil},
		{"2021-01-26.dropv6.txt", feed.SpamhausDrop,
			summary{"spamhaus-drop-v6", "2020-11-25T10:54:12Z", "https://www.spamhaus.org/drop/dropv6.txt", 36, 36, 0},
			nil},
		{"2021-01-26.edrop.txt", feed.SpamhausDrop,
			summary{"spamhaus-edrop", "2021-01-23T19:24:42Z", "https://www.spamhaus.org/drop/edrop.txt", 81, 81, 0},
			nil},
		{"2025-07-13.drop_v4.json", feed.SpamhausDrop,
			summary{"spamhaus-drop-v4", "2025-07-12T06:37:54Z", "", 1531, 1531, 0}, nil},
		{"2025-07-13.asndrop.json", feed.SpamhausASNDrop,
			summary{"spamhaus-asndrop", "2025-07-13T17:37:54Z", "", 394, 0, 394}, nil},
		{"2019-05-17.asn_drop.txt", feed.SpamhausASNDrop,
			summary{"spamhaus-asndrop", "", "", 441, 0, 441}, []string{"feed-no-date", "feed-reserved"}},
		{"2017-10-15.firehol_level1.netset.gz", feed.Plain,
			summary{"plain", "", "", 6644, 6644, 0}, []string{
				"feed-reserved", "feed-no-length", "feed-reserved", "feed-reserved", "feed-reserved",
				"feed-reserved", "feed-reserved", "feed-reserved", "feed-reserved"}},
	} {
		t.Run(test.file, func(t *testing.T) {
			data := real(t, test.file)
			listing, diags := feed.Parse(test.format, test.file, data, feed.Options{Treatment: "tag"})
			if listing == nil {
				t.Fatalf("refused: %v", diags)
			}
			if diff := cmp.Diff(test.want, summarise(listing)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(test.warnings, codes(diags)); diff != "" {
				t.Errorf("warnings (-want +got)\n%s", diff)
			}
		})
	}
}

// Whatever is cut off the end of a real feed, it is not taken, or, of text cut
// at the end of a line, it is at least a prefix of the truth.
func TestRealFeedsCut(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file   string
		format feed.Format
		lines  bool // a cut between lines cannot be seen
	}{
		{"2021-01-26.dropv6.txt", feed.SpamhausDrop, true},
		{"2019-05-17.asn_drop.txt", feed.SpamhausASNDrop, true},
		{"2025-07-13.asndrop.json", feed.SpamhausASNDrop, false},
	} {
		t.Run(test.file, func(t *testing.T) {
			data := real(t, test.file)
			// All cuts of the last 200 bytes, and one in 997 of the others.
			for n := 0; n < len(data); n++ {
				if n < len(data)-200 && n%997 != 0 {
					continue
				}
				cut := data[:n]
				if test.lines && bytes.HasSuffix(cut, []byte("\n")) || n == len(data)-1 && !test.lines {
					continue // the JSON footer is whole without its newline
				}
				if listing, diags := feed.Parse(test.format, test.file, cut, feed.Options{}); listing != nil ||
					diags.Worst() != diag.Error {
					t.Errorf("taken when cut after %d of %d bytes, at %q", n, len(data), cut[max(0, n-20):])
				}
			}
		})
	}
}

// A record taken out of the middle, or put in, does not go unnoticed in JSON.
func TestRealFooterCounts(t *testing.T) {
	t.Parallel()
	data := real(t, "2025-07-13.drop_v4.json")
	lines := bytes.SplitAfter(data, []byte("\n"))
	for _, i := range []int{0, 700, len(lines) - 3} {
		without := bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil)
		_, diags := feed.Parse(feed.SpamhausDrop, "f", without, feed.Options{Treatment: "tag"})
		if diff := cmp.Diff([]string{"feed-size", "feed-records"}, codes(diags)); diff != "" {
			t.Errorf("without line %d (-want +got)\n%s", i+1, diff)
		}
	}
}

func TestRealErrorPage(t *testing.T) {
	t.Parallel()
	data := real(t, "2024-05-07.drop.txt.502")
	for _, format := range feed.Formats() {
		listing, diags := feed.Parse(format, "drop.txt", data, feed.Options{Treatment: "tag"})
		want := `drop.txt:1:1: error: this is a server's error, not a feed: "error code: 502" (hint: fetch it again) [feed-error-page]`
		if listing != nil || len(diags) != 1 || diags[0].String() != want {
			t.Errorf("%s: got %v, want %s", format, diags, want)
		}
	}
}

// A file of one kind is not read as another.
func TestRealFeedsMistaken(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		file   string
		format feed.Format
	}{
		{"2021-01-26.drop.txt", feed.SpamhausASNDrop},
		{"2019-05-17.asn_drop.txt", feed.SpamhausDrop},
		{"2025-07-13.drop_v4.json", feed.SpamhausASNDrop},
		{"2025-07-13.asndrop.json", feed.SpamhausDrop},
		{"2025-07-13.asndrop.json", feed.Plain},
		{"2024-12-20.dshield.txt", feed.Plain},
		{"2024-12-20.dshield.txt", feed.SpamhausDrop},
		{"2017-10-15.firehol_level1.netset.gz", feed.SpamhausDrop},
	} {
		listing, diags := feed.Parse(test.format, test.file, real(t, test.file), feed.Options{})
		if listing != nil || diags.Worst() != diag.Error {
			t.Errorf("%s was read as %s", test.file, test.format)
		}
	}
}

func codes(diags diag.List) []string {
	var codes []string
	for _, d := range diags {
		codes = append(codes, d.Code)
	}
	return codes
}
