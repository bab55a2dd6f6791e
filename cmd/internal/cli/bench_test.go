package cli_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"depeer/cmd/internal/cli"
)

// BenchmarkCheck is the whole command, reading, compiling and guards, on a
// listing with 10,000 providers and 100,000 prefixes. Beside it, in the same run, is what
// yaml.v3 alone takes to decode the same bytes into a Node.
func BenchmarkCheck(b *testing.B) {
	text := manyProviders(10_000, 10)
	file := filepath.Join(b.TempDir(), "listing.yaml")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		b.Fatal(err)
	}
	var check, decode time.Duration
	for b.Loop() {
		start := time.Now()
		var out strings.Builder
		if code := cli.Run(context.Background(), cli.Streams{Out: &out, Err: io.Discard},
			[]string{"check", file}); code != cli.OK {
			b.Fatalf("exit code %d:\n%.500s", code, out.String())
		}
		check += time.Since(start)

		start = time.Now()
		var node yaml.Node
		if err := yaml.Unmarshal(text, &node); err != nil {
			b.Fatal(err)
		}
		decode += time.Since(start)
	}
	b.ReportMetric(check.Seconds()/decode.Seconds(), "x-yaml")
	b.ReportMetric(float64(check.Milliseconds())/float64(b.N), "check-ms")
	b.ReportMetric(float64(decode.Milliseconds())/float64(b.N), "yaml-ms")
}

// manyProviders writes a listing as people write them, of /24s that lie apart.
func manyProviders(providers, prefixes int) []byte {
	var b strings.Builder
	b.WriteString("version: 1\nlist: {name: many, updated: 2026-01-01}\ndefaults: {treatment: deprefer}\nproviders:\n")
	n := 0
	for p := range providers {
		fmt.Fprintf(&b, "  - name: Provider %d\n    asns: [%d]\n    prefixes:\n", p, 400000+p)
		for range prefixes {
			fmt.Fprintf(&b, "      - %d.%d.%d.0/24\n", 20+n>>15, n>>7&0xff, n<<1&0xff)
			n++
		}
		fmt.Fprintf(&b, "    reason: reported for hosting things, number %d\n    evidence: [{ref: SBL%d}]\n    "+
			"listed: 2026-01-01\n", p, p)
	}
	return []byte(b.String())
}
