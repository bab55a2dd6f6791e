package journal

import (
	"os"
	"strconv"
	"strings"
	"time"
)

// Clock tells the time of day, and the time since the machine started, which cannot be set.
type Clock interface {
	Now() time.Time
	// Uptime returns the boot that it counts from, and the time since, sleep
	// included; "" where the machine does not tell.
	Uptime() (boot string, since time.Duration)
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Uptime() (string, time.Duration) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", 0
	}
	uptime, err := os.ReadFile("/proc/uptime")
	if err != nil {
		return "", 0
	}
	first, _, _ := strings.Cut(string(uptime), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return "", 0
	}
	return strings.TrimSpace(string(boot)), time.Duration(seconds * float64(time.Second))
}
