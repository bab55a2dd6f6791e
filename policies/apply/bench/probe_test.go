package bench_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"depeer/policies/lab/testbed"
)

// probe asks gobgpd for next to nothing, again and again: what asks waits for its
// event loop, as members' messages do.
type probe struct {
	mu      sync.Mutex
	longest time.Duration
	asked   int // questions that were answered
}

// often is how long the probe is silent between two questions.
const often = 2 * time.Millisecond

func watch(b testing.TB, d *testbed.Daemon) *probe {
	b.Helper()
	conn, err := grpc.NewClient("unix://"+d.Socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	p := &probe{}
	go func() {
		defer close(ended)
		tick := time.NewTicker(often)
		defer tick.Stop()
		for ctx.Err() == nil {
			begin := time.Now()
			api.NewGobgpApiClient(conn).GetBgp(ctx, &api.GetBgpRequest{})
			p.answered(time.Since(begin))
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
	}()
	b.Cleanup(func() { stop(); <-ended; conn.Close() })
	return p
}

func (p *probe) answered(after time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked++
	p.longest = max(p.longest, after)
}

func (p *probe) look() (asked int, longest time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.longest
}

// still returns for how long the event loop stood still at the longest while do was
// being done, and what that has begun.
func (p *probe) still(b testing.TB, do func()) time.Duration {
	b.Helper()
	p.mu.Lock()
	p.longest = 0
	p.mu.Unlock()
	do()
	before, _ := p.look()
	testbed.Eventually(b, patience, func() error {
		if asked, _ := p.look(); asked < before+2 { // the first may have been asked before
			return errors.New("gobgpd does not answer")
		}
		return nil
	})
	_, longest := p.look()
	return longest
}
