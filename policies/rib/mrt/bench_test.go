package mrt_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"depeer/policies/rib/mrt"
)

// Beside gzip -dc and bgpdump -m on the same file, each once in every round, output
// thrown away. Of all, the median is compared: times-gzip is how many times the time of
// gzip -dc we need, times-faster-than-bgpdump how many times ours bgpdump -m needs.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"mrt/rrc06-20100701.tdv2.mrt.gz", "mrt/bview.20020722.2337.gz"} {
		b.Run(name, func(b *testing.B) {
			path := file(b, name)
			gzip, bgpdump := installed(b, "gzip"), installed(b, "bgpdump")
			var ours, theirs, unpacking []time.Duration
			paths := 0
			b.ReportAllocs()
			for b.Loop() {
				ours = append(ours, timed(func() { paths = read(b, path) }))
				b.StopTimer()
				unpacking = append(unpacking, timed(func() { run(b, gzip, "-dc", path) }))
				theirs = append(theirs, timed(func() { run(b, bgpdump, "-m", path) }))
				b.StartTimer()
			}
			b.ReportMetric(float64(median(ours).Nanoseconds())/float64(paths), "ns/path")
			b.ReportMetric(ratio(median(ours), median(unpacking)), "times-gzip")
			b.ReportMetric(ratio(median(theirs), median(ours)), "times-faster-than-bgpdump")
		})
	}
}

// Without unpacking, and without waiting for a disk: what n paths cost.
func BenchmarkPaths(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := many(n)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				r := mrt.NewReader(bytes.NewReader(data))
				for _, err := range r.Paths() {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/path")
		})
	}
}

// read returns how many paths are in a file.
func read(b *testing.B, path string) int {
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	r := mrt.NewReader(f)
	for _, err := range r.Paths() {
		if err != nil {
			b.Fatal(err)
		}
	}
	return r.Report().Paths
}

// run runs a program, and throws away what it prints.
func run(b *testing.B, name string, args ...string) {
	if err := exec.Command(name, args...).Run(); err != nil {
		b.Fatalf("%s: %v", name, err)
	}
}

func timed(f func()) time.Duration {
	began := time.Now()
	f()
	return time.Since(began)
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }
