package apply

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"depeer/policies/plan"
)

// Up returns the clients whose sessions are up.
func Up(s *plan.State) []netip.Addr {
	var up []netip.Addr
	for _, c := range s.Clients {
		if c.Up {
			up = append(up, c.Address)
		}
	}
	return up
}

// Soak watches a target after p was applied to it, for as long as long says. It reads the target at the
// start, after each interval every, and at the end. It returns an error as soon as p is no longer in
// force, another process holds the lock, or the session of a client of up has gone down.
func Soak(ctx context.Context, d Daemon, p *plan.Plan, up []netip.Addr, long, every time.Duration) error {
	end := time.Now().Add(long)
	for {
		state, err := d.State(ctx)
		if err != nil {
			return err
		}
		if err := checkSound(state, p, up); err != nil {
			return err
		}
		left := time.Until(end)
		if left <= 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(min(every, left)):
		}
	}
}

// checkSound returns an error if something is wrong with a target that p was applied to.
func checkSound(s *plan.State, p *plan.Plan, up []netip.Addr) error {
	switch {
	case len(s.Holders) > 0:
		return &ConcurrentChangeError{fmt.Errorf("%s holds its lock", s.Holders[0])}
	case !p.Holds(s):
		return &ConcurrentChangeError{errors.New("what was applied is not in force any more")}
	}
	stands := make(map[netip.Addr]bool)
	for _, a := range Up(s) {
		stands[a] = true
	}
	for _, a := range up {
		if !stands[a] {
			return fmt.Errorf("the session of %s was up before the change, and is down", a)
		}
	}
	return nil
}
