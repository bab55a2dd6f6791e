package sources

import (
	"context"
	"time"
)

// readingTakes is how long reading all of them may take.
const readingTakes = 5 * time.Minute

// PollFiles reads again whenever there is something else to read, until ctx ends.
func (s *Sources) PollFiles(ctx context.Context) {
	tick := time.NewTicker(s.Every)
	defer tick.Stop()
	for {
		s.Beat("lists", readingTakes)
		due := false
		select {
		case <-ctx.Done():
			return
		case <-s.poked:
			due = true
		case <-tick.C:
			now := s.findStamps()
			due = !sameFiles(now, s.seen) && sameFiles(now, s.maybe) || hourOf(s.Clock()) != s.hour
			s.maybe = now
		}
		if due {
			if err := s.Read(ctx); err != nil && ctx.Err() == nil {
				s.Log.Error("lists cannot be read", "error", err)
			}
		}
	}
}

func hourOf(t time.Time) string { return t.UTC().Format("2006-01-02T15") }

// readSoon has everything read again.
func (s *Sources) readSoon() { signalTo(s.poked) }

func signalTo(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
