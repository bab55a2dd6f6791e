package filters_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"depeer/filters"
)

// Beside `iprange --optimize` on the same prefixes, in the same run. It reads
// text and merges addresses, we take and give entries and keep announcements;
// its time includes starting and reading, ours does not.
func BenchmarkNormalise(b *testing.B) {
	for _, n := range []int{100_000, 900_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			entries := realistic(n)
			out := 0
			for b.Loop() {
				out = len(filters.Normalise(entries))
			}
			b.ReportMetric(float64(out), "entries")
			if path, err := exec.LookPath("iprange"); err == nil {
				other := iprange(b, path, entries)
				ours := b.Elapsed() / time.Duration(b.N)
				b.ReportMetric(float64(other.Milliseconds()), "iprange-ms")
				b.ReportMetric(float64(other)/float64(ours), "times-faster")
			}
		})
	}
}

// iprange returns the best of three runs.
func iprange(b *testing.B, path string, entries []filters.Entry) time.Duration {
	var text bytes.Buffer
	for _, e := range entries {
		fmt.Fprintln(&text, e.Prefix)
	}
	file := filepath.Join(b.TempDir(), "prefixes")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	best := time.Hour
	for range 3 {
		start := time.Now()
		if err := exec.Command(path, "--optimize", file).Run(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	return best
}

// realistic returns n different prefixes in random order, each with all that is inside:
// with the lengths of a routing table, and close to each other as they are there.
func realistic(n int) []filters.Entry {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	seen := make(map[netip.Prefix]bool, n)
	entries := make([]filters.Entry, 0, n)
	for len(entries) < n {
		length := 24
		switch r := random.IntN(100); {
		case r < 10:
			length = 22
		case r < 20:
			length = 23
		case r < 26:
			length = 21
		case r < 32:
			length = 20
		case r < 37:
			length = 19
		case r < 41:
			length = 16 + random.IntN(3)
		}
		// Some 30,000 /16s are in use, some of them much more than others.
		block := uint32(random.ExpFloat64()*4000) % 30000
		a := (block*40503%56000+256)<<16 | random.Uint32()&0xffff
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), length).Masked()
		if !seen[p] {
			seen[p] = true
			entries = append(entries, filters.Entry{Prefix: p, Min: uint8(length), Max: 32})
		}
	}
	return entries
}
