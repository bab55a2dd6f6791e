package bench_test

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

var idle = flag.Duration("idle", 2*time.Minute, "how long BenchmarkIdle watches a watch that has nothing to do")

// BenchmarkIdle: a watch on a route server with very many routes, and nothing changes:
// what part of a core it takes, its memory then, and at its peak, which is when lists are
// applied and routes are counted.
func BenchmarkIdle(b *testing.B) {
	s, _ := openSingle(b, *single)
	p := build(b, "unix://"+s.daemon.Socket)
	list := make([]netip.Prefix, *entries)
	for i := range list {
		list[i] = prefix(2 * i)
	}
	config := filepath.Join(p.dir, "depeer.yaml")
	text := fmt.Sprintf("version: 1\nlists: [{file: %q}]\nlimits: {max_routes: 100%%, max_member_routes: 100%%}\n",
		p.write("list.yaml", list))
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	log := filepath.Join(p.dir, "log")
	to, err := os.Create(log)
	if err != nil {
		b.Fatal(err)
	}
	defer to.Close()
	cmd := exec.Command(p.path, "watch", "--config", config, "--target", p.target, "--timeout", "5m", "--verbose")
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "DEPEER_STATE="+p.state)
	cmd.Stderr = to
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	testbed.Eventually(b, patience, func() error {
		said, err := os.ReadFile(log)
		if err == nil && !strings.Contains(string(said), "state=in-sync") {
			err = fmt.Errorf("watch says\n%s", said)
		}
		return err
	})
	begin, before := time.Now(), cpu(b, cmd.Process.Pid)
	<-time.After(*idle)
	took := (cpu(b, cmd.Process.Pid) - before).Seconds() / time.Since(begin).Seconds()
	for b.Loop() { // it is done
	}
	b.ReportMetric(took*100, "%core")
	b.ReportMetric(memory(b, cmd.Process.Pid, "VmRSS"), "MB")
	b.ReportMetric(memory(b, cmd.Process.Pid, "VmHWM"), "MB-peak")
}

// cpu returns the processor time that a process has taken.
func cpu(b testing.TB, pid int) time.Duration {
	b.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		b.Skip(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndex(string(stat), ")")+1:]))
	ticks := 0
	for _, field := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(field)
		if err != nil {
			b.Fatal(err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// memory returns a line of what the kernel says of a process's memory, in MB.
func memory(b testing.TB, pid int, key string) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skip(err)
	}
	_, rest, _ := strings.Cut(string(status), key+":")
	kib := 0.0
	if _, err := fmt.Sscan(rest, &kib); err != nil {
		b.Fatal(err)
	}
	return kib / 1024
}
