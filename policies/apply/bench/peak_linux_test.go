package bench_test

import (
	"os"
	"syscall"
)

// peak returns how much memory a process had at most, in MB.
func peak(p *os.ProcessState) float64 {
	return float64(p.SysUsage().(*syscall.Rusage).Maxrss) / 1024 // from KB
}
