//go:build unix

package filters_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"depeer/filters"
)

// Beside `iprange --optimize` on the same prefixes, in turns. Compared is processor
// time, which a busy machine does not distort; all threads and collecting
// garbage included. iprange reads text and merges addresses; we take entries, and
// keep announcements. So ours lacks starting and reading.
func BenchmarkNormalise(b *testing.B) {
	for _, n := range []int{100_000, 900_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			entries := realistic(n)
			file := writePrefixes(b, entries)
			iprange, missing := exec.LookPath("iprange")
			out := 0
			var ours, theirs time.Duration
			for b.Loop() {
				start := processorTime(b)
				out = len(filters.Normalise(entries))
				ours += processorTime(b) - start
				if missing != nil {
					continue
				}
				b.StopTimer()
				cmd := exec.Command(iprange, "--optimize", file)
				if err := cmd.Run(); err != nil {
					b.Fatal(err)
				}
				theirs += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
				b.StartTimer()
			}
			b.ReportMetric(float64(out), "entries")
			b.ReportMetric(ours.Seconds()*1000/float64(b.N), "cpu-ms")
			if missing == nil {
				b.ReportMetric(theirs.Seconds()*1000/float64(b.N), "iprange-cpu-ms")
				b.ReportMetric(float64(theirs)/float64(ours), "times-faster")
			}
		})
	}
}

func writePrefixes(b *testing.B, entries []filters.Entry) (file string) {
	var text bytes.Buffer
	for _, e := range entries {
		fmt.Fprintln(&text, e.Prefix)
	}
	file = filepath.Join(b.TempDir(), "prefixes")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	return file
}

// processorTime returns what this process has used so far.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
