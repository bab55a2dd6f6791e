package feed_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/listing"
)

// roundtrip writes a listing as YAML and reads it again: it must be the same,
// but for where it stands.
func roundtrip(t *testing.T, l *filters.Listing) {
	t.Helper()
	var text bytes.Buffer
	if err := listing.Write(&text, l); err != nil {
		t.Fatal(err)
	}
	again, diags := listing.Read("f.yaml", text.Bytes())
	if len(diags) > 0 || again == nil {
		t.Fatalf("%v\n%.2000s", diags, text.Bytes())
	}
	// cmp takes minutes for thousands of providers; most lists are compared by their text.
	var second bytes.Buffer
	if err := listing.Write(&second, again); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text.Bytes(), second.Bytes()) {
		t.Error("written again, the listing is another")
	}
	if len(l.Providers) > 1000 {
		return
	}
	if diff := cmp.Diff(l, again, compare, cmpopts.IgnoreTypes(diag.Position{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, test := range good {
		t.Run(test.name, func(t *testing.T) {
			for _, treatment := range []string{"", "tag"} {
				l, _ := feed.Parse(test.format, "f", []byte(test.data), feed.Options{Treatment: treatment})
				if l == nil {
					t.Fatal("refused")
				}
				roundtrip(t, l)
			}
		})
	}
}

// An address in a comment that is none for the listing's reader is left out.
func TestRoundTripOfAddress(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://:80/", "https://www.example.net/" + strings.Repeat("a", 20_000)} {
		l, diags := feed.Parse(feed.SpamhausDrop, "f", []byte(title+"; "+url+"\n1.2.3.0/24 ; SBL1\n"),
			feed.Options{Treatment: "tag"})
		if l == nil || l.URL != "" {
			t.Fatalf("%.40s: %v", url, diags)
		}
		roundtrip(t, l)
	}
}

func TestRoundTripOfRealFeeds(t *testing.T) {
	t.Parallel()
	for file, format := range map[string]feed.Format{
		"2021-01-26.drop.txt":                 feed.SpamhausDrop,
		"2018-02-02.dropv6.txt":               feed.SpamhausDrop,
		"2018-02-02.edrop.txt":                feed.SpamhausDrop,
		"2025-07-13.drop_v4.json":             feed.SpamhausDrop,
		"2025-07-13.asndrop.json":             feed.SpamhausASNDrop,
		"2019-05-17.asn_drop.txt":             feed.SpamhausASNDrop,
		"2017-10-15.firehol_level1.netset.gz": feed.Plain,
	} {
		t.Run(file, func(t *testing.T) {
			l, diags := feed.Parse(format, file, real(t, file), feed.Options{URL: "https://example.net/" + file})
			if l == nil {
				t.Fatal(diags)
			}
			roundtrip(t, l)
		})
	}
}
