package testbed

import (
	"testing"
	"time"
)

// Patience is how long the rig waits for what should happen at once, on a
// machine that does much else beside.
const Patience = 30 * time.Second

// Eventually polls until check returns nil, and fails the test with check's last
// error when the deadline has passed.
func Eventually(t testing.TB, deadline time.Duration, check func() error) {
	t.Helper()
	end := time.Now().Add(deadline)
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still not so after %v: %v", deadline, err)
		}
		<-pause.C
	}
}
