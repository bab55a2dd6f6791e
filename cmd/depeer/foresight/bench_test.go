package foresight_test

import (
	"os/exec"
	"slices"
	"syscall"
	"testing"
	"time"
)

// The program on a real table, beside gzip -dc and bgpdump -m on the same file, each once
// in every round, output thrown away. Of all, the median is compared: times-gzip is how
// many times the time of gzip -dc the program needs, times-faster-than-bgpdump how many
// times its time bgpdump -m needs.
func BenchmarkImpact(b *testing.B) {
	table := file(b, "mrt/rrc06-20100701.tdv2.mrt.gz")
	gzip, bgpdump := installed(b, "gzip"), installed(b, "bgpdump")
	if gzip == "" || bgpdump == "" {
		b.Skip("nothing to compare with")
	}
	for _, question := range []string{"path", "drop", "all"} {
		b.Run(question, func(b *testing.B) {
			dir := b.TempDir()
			impact := append(append([]string{"impact"}, listings(b, dir, questions[question])...), "--rib", table,
				"--json")
			var ours, unpacking, theirs []time.Duration
			peak := int64(0)
			for b.Loop() {
				cmd := depeer(dir, impact...)
				ours = append(ours, took(b, cmd, 0, 4))
				if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
					peak = max(peak, usage.Maxrss)
				}
				unpacking = append(unpacking, took(b, exec.Command(gzip, "-dc", table), 0))
				theirs = append(theirs, took(b, exec.Command(bgpdump, "-m", table), 0))
			}
			b.ReportMetric(median(ours).Seconds(), "s/impact")
			b.ReportMetric(median(unpacking).Seconds(), "s/gzip")
			b.ReportMetric(median(theirs).Seconds(), "s/bgpdump")
			b.ReportMetric(median(ours).Seconds()/median(unpacking).Seconds(), "times-gzip")
			b.ReportMetric(median(theirs).Seconds()/median(ours).Seconds(), "times-faster-than-bgpdump")
			b.ReportMetric(float64(peak)/1024, "MB")
		})
	}
}

// took is how long a command needs, which must end with one of the codes.
func took(b *testing.B, cmd *exec.Cmd, codes ...int) time.Duration {
	b.Helper()
	began := time.Now()
	err := cmd.Run()
	elapsed := time.Since(began)
	if cmd.ProcessState == nil || !slices.Contains(codes, cmd.ProcessState.ExitCode()) {
		b.Fatalf("%v: %v", cmd.Args, err)
	}
	return elapsed
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}
