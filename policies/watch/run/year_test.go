package run_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

var (
	yearDays = flag.Int("year.days", 12, "days of the year that is watched")
	yearSeed = flag.Uint64("year.seed", 1, "of what happens in it")
)

// year is an exchange of real programs that a watch keeps, on a clock on which days
// pass in a moment; a person beside it; and the model of it.
type year struct {
	t    *testing.T
	rand *rand.Rand
	dir  string
	x    *testbed.Running

	jumped atomic.Int64 // nanoseconds that the clock is ahead
	begun  time.Time
	log    *tail
	ended  chan error
	cancel context.CancelFunc

	own      []listed
	next     int // number of the next provider, and version of files
	server   *httptest.Server
	mu       sync.Mutex                // of what the server does
	served   []listed                  // by the feed's server
	answer   func(http.ResponseWriter) // what it does instead; nil: it serves
	fetched  []listed                  // what was fetched last
	lists    []listed                  // of the own list, as they were last good
	approved rules                     // what was applied last
	refused  bool
	routes   []announced
}

// day is today at midnight.
func (y *year) day() time.Time { return y.clock().Truncate(24 * time.Hour) }

func (y *year) clock() time.Time {
	return time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(y.jumped.Load()) + time.Since(y.begun))
}

// A year of an exchange's life, in minutes, at random: at each quiet moment all members
// hold what the model says. Memory and goroutines stay as they are.
func TestWatchYear(t *testing.T) {
	y := newYear(t)
	days := *yearDays
	if raced {
		days = min(days, 3) // .ci/run runs it without the race detector, too
	}
	var usage [][2]uint64
	for day := range days {
		y.pass()
		for range 1 + y.rand.IntN(2) {
			y.happens()
		}
		if (day+1)%max(1, days/8) == 0 {
			usage = append(usage, y.usage())
		}
		if t.Failed() {
			t.Fatalf("day %d of seed %d", day, *yearSeed)
		}
	}
	t.Logf("heap in KB, goroutines: %v", usage)
	first, last := usage[len(usage)/4], usage[len(usage)-1]
	if last[0] > first[0]+4<<10 || last[1] > first[1]+10 {
		t.Errorf("from %d KB and %d goroutines to %d KB and %d", first[0], first[1], last[0], last[1])
	}
	y.stop()
}

// usage is what the process holds: heap in KB, and goroutines.
func (y *year) usage() [2]uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return [2]uint64{m.HeapAlloc >> 10, uint64(runtime.NumGoroutine())}
}

// pass has a day pass: listings expire, ladders climb, the feed is fetched.
func (y *year) pass() {
	y.t.Helper()
	from := y.log.mark()
	y.jumped.Add(int64(24 * time.Hour))
	if y.answer == nil {
		y.fetched = slices.Clone(y.served)
	}
	y.quiet(from, "files read", "feed asked")
}

// happens has one thing happen, and waits until all is quiet.
func (y *year) happens() {
	y.t.Helper()
	events := []struct {
		weight int
		do     func()
	}{
		{5, y.addProvider}, {4, y.dropProvider}, {2, y.breakList}, {1, y.shrink}, {3, y.editFeed}, {2, y.failFeed},
		{3, y.restartDaemon}, {2, y.reloadPolicy}, {2, y.reloadNeighbor}, {2, y.takePlace}, {3, y.bounce}, {1, y.join},
		{2, y.restartWatch}, {2, y.reannounce}, {1, y.goBack},
	}
	total := 0
	for _, e := range events {
		total += e.weight
	}
	n := y.rand.IntN(total)
	for _, e := range events {
		if n -= e.weight; n < 0 {
			e.do()
			return
		}
	}
}
