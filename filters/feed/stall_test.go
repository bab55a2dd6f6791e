package feed_test

import (
	"context"
	"io"
	"net/http"
	"testing"
	"time"
)

// A server that stalls, and ends its answer as if it were whole at the moment when time is
// up, is not believed: what came is part of a list.
func TestStallEndsWithTheDeadline(t *testing.T) {
	t.Parallel()
	const timeout = 100 * time.Millisecond
	server, f := serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, list)
		w.(http.Flusher).Flush()
		select { // whatever ends first: the client, or its patience as the server guesses it
		case <-r.Context().Done():
		}
	})
	f.Timeout = timeout
	short := 0
	for range 200 {
		if _, err := f.Fetch(context.Background(), server.URL, anything); err == nil {
			short++
		}
	}
	if short > 0 {
		t.Errorf("%d of 200 lists that were cut were taken for whole", short)
	}
}
