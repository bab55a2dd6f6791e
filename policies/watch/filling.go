package watch

import (
	"net/netip"
	"slices"
	"time"
)

// Guards on routes count how many of the present routes would be refused. A route server that has just
// started has none, and would pass everything, also what a guard refused a minute ago. So no new change
// is made while routes are missing:
//
//	 routes   ___________________                      __________________   most
//	            (judged by these)|                 ___/...................  nine tenths
//	                             |               _/   :
//	                             |______________/     : judged again, or when
//	                             restart              : Fill is over without
//
// Meanwhile, what was approved is put back. A session that is kept down brings no routes back, so it does
// not count. When the set of such sessions changes, counting starts again.

// enough is the part of the former routes that is enough to judge by, in tenths.
const tenthsEnough = 9

// filling holds what is known of the number of a target's routes.
type filling struct {
	most  uint64 // routes that there were; 0: not known
	told  uint64 // RoutesBefore, as last told
	shut  []netip.Addr
	last  uint64    // routes at the last look since the target was reached
	since time.Time // from when on they are missing; zero: they are not
}

// startAnew notes that the target was reached: it may have been restarted, so waiting starts again.
func (f *filling) startAnew() { f.last, f.since = 0, time.Time{} }

// judgeRoutes notes how many routes there are, and returns whether they are enough to judge by.
func (f *filling) judgeRoutes(now time.Time, found *Finding, patience time.Duration) bool {
	if !slices.Equal(f.shut, found.Shut) {
		f.shut, f.most, f.told, f.since = found.Shut, 0, 0, time.Time{}
	}
	if f.told != found.RoutesBefore { // those that do not come back are not waited for again
		f.told, f.most = found.RoutesBefore, max(f.most, found.RoutesBefore)
	}
	steady := f.last == found.Routes && f.last > 0
	f.last = found.Routes
	there := found.Aged || found.Up == found.Members && (steady || found.Members == 0)
	if f.most > 0 {
		there = found.Routes*10 >= f.most*tenthsEnough
	}
	switch {
	case there:
		f.most, f.since = max(f.most, found.Routes), time.Time{}
	case f.since.IsZero():
		f.since = now
	case now.Sub(f.since) >= patience: // they do not come back: these are the routes
		f.most, f.since, there = found.Routes, time.Time{}, true
	}
	return there
}
