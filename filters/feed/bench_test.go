package feed_test

import (
	"fmt"
	"strings"
	"testing"

	"depeer/filters/feed"
)

// About 1 MB of each form.
func BenchmarkParse(b *testing.B) {
	var text, json, plain strings.Builder
	text.WriteString(dated)
	const records = 20_000
	for i := range records {
		cidr := fmt.Sprintf("%d.%d.%d.0/24", 60+i>>16, i>>8&255, i&255)
		fmt.Fprintf(&text, "%s ; SBL%d\n", cidr, 100000+i)
		fmt.Fprintf(&json, `{"cidr":"%s","sblid":"SBL%d","rir":"apnic"}`+"\n", cidr, 100000+i)
		fmt.Fprintf(&plain, "%s # comment\n", cidr)
	}
	fmt.Fprintf(&json, `{"type":"metadata","timestamp":1752302274,"size":%d,"records":%d}`+"\n", json.Len(), records)
	for _, test := range []struct {
		name   string
		format feed.Format
		data   string
	}{
		{"text", feed.SpamhausDrop, text.String()},
		{"json", feed.SpamhausDrop, json.String()},
		{"plain", feed.Plain, plain.String()},
	} {
		b.Run(test.name, func(b *testing.B) {
			b.SetBytes(int64(len(test.data)))
			b.ReportAllocs()
			for b.Loop() {
				listing, diags := feed.Parse(test.format, "f", []byte(test.data), feed.Options{})
				if listing == nil || len(listing.Providers) != records {
					b.Fatal(diags)
				}
			}
		})
	}
}
