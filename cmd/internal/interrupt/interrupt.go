package interrupt

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
)

// Notify returns a context that ends with the first signal. A later SIGINT calls end, with whether a
// target may have been changed, but never while one is being changed.
func Notify(ctx context.Context, end func(changed bool)) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 8)
	watched := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGPIPE}
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		watched = append(watched, syscall.SIGHUP)
	}
	signal.Notify(signals, watched...)
	go func() {
		for s := range signals {
			switch {
			case s == syscall.SIGPIPE:
			case ctx.Err() == nil:
				cancel()
			case s == os.Interrupt && working.Load() == 0:
				end(changed.Load())
			}
		}
	}()
	return ctx, sync.OnceFunc(func() { signal.Stop(signals); cancel() })
}

var (
	working atomic.Int32 // changes that are being made
	changed atomic.Bool  // one was begun
)

// Working says that a target is being changed from now on, until done is called.
func Working() (done func()) {
	changed.Store(true)
	working.Add(1)
	return sync.OnceFunc(func() { working.Add(-1) })
}
