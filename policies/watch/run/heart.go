package run

import (
	"context"
	"sync"
	"time"
)

// tellStatus tells the service manager how targets stand.
func (r *Runner) tellStatus(text string) { r.tellManager(r.Manager.Status(text)) }

func (r *Runner) tellManager(err error) {
	if err != nil {
		r.Log.Warn("the service manager cannot be told", "error", err)
	}
}

// feedWatchdog tells the service manager that all parts still move, as long as they do.
func (r *Runner) feedWatchdog(ctx context.Context) {
	if r.Watchdog == 0 {
		return
	}
	tick := time.NewTicker(r.Watchdog / 3)
	defer tick.Stop()
	for {
		if part := r.heart.findStalled(time.Now()); part != "" {
			r.Log.Error("it does not move any more, and the watchdog is not told that it does", "part", part)
		} else {
			r.tellManager(r.Manager.Alive())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// heart holds, for each part of a watch, the time by which its next beat is due.
type heart struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// noteBeat notes that a part moves, and that its next beat is due within a time.
func (h *heart) noteBeat(part string, within time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[string]time.Time{}
	}
	h.until[part] = time.Now().Add(within)
}

// findStalled returns a part that should have been heard of; "" if all were.
func (h *heart) findStalled(now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for part, until := range h.until {
		if now.After(until) {
			return part
		}
	}
	return ""
}
