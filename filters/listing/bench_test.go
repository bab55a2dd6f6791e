package listing_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
	"depeer/filters/listing"
)

// large is a listing of 10,000 providers with ten prefixes each, as an import writes it.
func large() []byte {
	var b bytes.Buffer
	b.WriteString("version: 1\nlist:\n  name: large\n  updated: 2008-11-10\ndefaults: {treatment: deprefer, " +
		"review_after: 90d}\nproviders:\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "  - name: Hosting number %d\n    id: hosting-%d\n    asns: [%d]\n    prefixes:\n", i, i,
			100_000+i)
		for j := range 10 {
			if j == 9 {
				fmt.Fprintf(&b, "      - 2001:%x:%x::/48\n", 0x4000+i/256, i%256)
				continue
			}
			fmt.Fprintf(&b, "      - %d.%d.%d.0/24\n", 20+i/256, i%256, j*16)
		}
		fmt.Fprintf(&b, "    reason: reported for hosting\n    evidence:\n      - {ref: SBL%d}\n    listed: "+
			"2008-11-01\n", i)
	}
	return b.Bytes()
}

// BenchmarkRead reads 100,000 prefixes, each time after yaml.v3 alone has read the
// same bytes, and reports how the two compare.
func BenchmarkRead(b *testing.B) {
	data := large()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var alone, all time.Duration
	for b.Loop() {
		start := time.Now()
		var root yaml.Node
		if err := yaml.Unmarshal(data, &root); err != nil {
			b.Fatal(err)
		}
		alone += time.Since(start)
		root = yaml.Node{}

		start = time.Now()
		if _, diags := listing.Read("large.yaml", data); diags.Worst() == diag.Error {
			b.Fatal(diags)
		}
		all += time.Since(start)
	}
	b.ReportMetric(all.Seconds()/alone.Seconds(), "times-yaml")
	b.ReportMetric(float64(alone.Milliseconds())/float64(b.N), "ms-yaml")
	b.ReportMetric(float64(all.Milliseconds())/float64(b.N), "ms-read")
}
