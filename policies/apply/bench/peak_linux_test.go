package bench_test

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// peak watches a process until it has ended, and then returns how much memory it had
// at most, in MB. What the kernel counts for its parent (rusage) will not do: that
// begins with what the test had itself when it started it.
func peak(pid int, ended <-chan struct{}) float64 {
	most := 0.0
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, rest, found := strings.Cut(string(status), "VmHWM:")
		kib := 0.0
		if _, scan := fmt.Sscan(rest, &kib); err == nil && found && scan == nil {
			most = max(most, kib/1024)
		}
		select {
		case <-ended:
			return most
		case <-time.After(2 * time.Millisecond):
		}
	}
}
