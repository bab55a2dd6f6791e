package feed_test

import (
	"testing"
	"time"
)

// A server that stalls, and ends its answer as if it were whole when it sees that the client
// gives up, is not believed: what came is part of a list. (Of 200 such answers, 50 were.)
func TestStallEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	server, f := serve(t, stall(list))
	f.Timeout = 100 * time.Millisecond
	short := 0
	for range 40 {
		if _, err := f.Fetch(t.Context(), server.URL, anything); err == nil {
			short++
		}
	}
	if short > 0 {
		t.Errorf("%d of 40 lists that were cut were taken for whole", short)
	}
}
