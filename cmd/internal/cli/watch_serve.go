package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"depeer/policies/operate"
)

// serve serves metrics, if that is asked for, and returns what ends it.
func (w *watching) serve() (stop func(), err error) {
	if w.args.listen == "" {
		return func() {}, nil
	}
	host, _, err := net.SplitHostPort(w.args.listen)
	if err != nil {
		return nil, usage("--listen 127.0.0.1:9179", "--listen %s: %v", w.args.listen, err)
	}
	address, err := netip.ParseAddr(host)
	if loopback := host == "localhost" || err == nil && address.Unmap().IsLoopback(); !loopback && !w.args.anywhere {
		return nil, usage("--listen 127.0.0.1:9179, or --listen-anywhere as well",
			"--listen %s: others could read who is listed, and how this exchange stands", w.args.listen)
	}
	l, err := net.Listen("tcp", w.args.listen)
	if err != nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "listen",
			Err: fmt.Errorf("--listen %s: %w", w.args.listen, err)}
	}
	w.log.Info("serving metrics", "address", l.Addr().String())
	server := &http.Server{Handler: w.metrics.Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		WriteTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	go server.Serve(l) // ends with Shutdown
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if server.Shutdown(ctx) != nil {
			server.Close()
		}
	}, nil
}

// ready tells the service manager that everything is set up. A target that is not
// reached does not hold it up: it may be started later.
func (w *watching) ready() { w.tellManager(w.manager.Ready()) }

// status tells it how a target stands.
func (w *watching) status(text string) { w.tellManager(w.manager.Status(text)) }

func (w *watching) tellManager(err error) {
	if err != nil {
		w.log.Warn("the service manager cannot be told", "error", err)
	}
}

// watchdog tells the service manager that all parts still move, as long as they do.
func (w *watching) watchdog(ctx context.Context) {
	if w.manager.Watchdog == 0 {
		return
	}
	tick := time.NewTicker(w.manager.Watchdog / 3)
	defer tick.Stop()
	for {
		if part := w.heart.still(time.Now()); part != "" {
			w.log.Error("it does not move any more, and the watchdog is not told that it does", "part", part)
		} else {
			w.tellManager(w.manager.Alive())
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// heart knows until when each part of a watch is to be heard of again.
type heart struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// beats tells that a part moves, and will be heard of again within so long.
func (h *heart) beats(part string, within time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[string]time.Time{}
	}
	h.until[part] = time.Now().Add(within)
}

// still returns a part that should have been heard of; "" if all were.
func (h *heart) still(now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	for part, until := range h.until {
		if now.After(until) {
			return part
		}
	}
	return ""
}
