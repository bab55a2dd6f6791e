package watch

import "time"

// Pace says how often things are done. Its times are more than zero; only Count may be zero.
type Pace struct {
	Pulse  time.Duration // between two pulses
	Settle time.Duration // between an event and the look that it causes: more events may follow
	Gap    time.Duration // between two looks at the least
	Slow   time.Duration // between two looks at the most
	Again  time.Duration // until a guard that has refused is asked again
	Fill   time.Duration // until missing routes are no longer waited for
	Count  time.Duration // between two counts of routes; 0: they are not counted

	Dial, DialMost time.Duration // until a target is dialled again: the first time, and at the most
	Act, ActMost   time.Duration // until what failed is tried again: likewise

	Forever time.Duration // until a dry run says again what it would do
}

// Usual returns the pace of the command.
func Usual() Pace {
	return Pace{
		Pulse: 2 * time.Second, Settle: 50 * time.Millisecond, Gap: 500 * time.Millisecond, Slow: 10 * time.Minute,
		Again: 15 * time.Minute, Fill: 5 * time.Minute, Count: 6 * time.Hour,
		Dial: 100 * time.Millisecond, DialMost: 2 * time.Second, Act: time.Second, ActMost: 10 * time.Minute,
		Forever: 24 * time.Hour,
	}
}

// backoff says when something may be tried again: later after each failure, up to a limit. Jitter keeps
// many watchers from trying at the same moment.
type backoff struct {
	first, most time.Duration
	random      func() float64
	failures    int
	at          time.Time
}

func (b *backoff) reset() { b.failures, b.at = 0, time.Time{} }

// noteFailure notes one more failure.
func (b *backoff) noteFailure(now time.Time) {
	pause := b.first
	for range b.failures {
		if pause *= 2; pause >= b.most {
			pause = b.most
			break
		}
	}
	b.failures++
	b.at = now.Add(b.addJitter(pause))
}

// retrySoon sets the next try after the first pause, whatever has failed before.
func (b *backoff) retrySoon(now time.Time) { b.at = now.Add(b.addJitter(b.first)) }

// addJitter returns a random part of a pause: between three quarters and all of it.
func (b *backoff) addJitter(pause time.Duration) time.Duration {
	return pause - time.Duration(b.random()*float64(pause)/4)
}
