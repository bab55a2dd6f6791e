package journal_test

import (
	"testing"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// BenchmarkCall is what the journal adds to each call: two lines, each synced.
func BenchmarkCall(b *testing.B) {
	s, err := journal.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	l, err := s.Lock(target, "noc")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Unlock()
	e, err := l.Begin(somePlan(b, "p"), journal.Start{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	call := plan.Call{Verb: plan.OpenGate, Name: plan.GatePrefix + "p"}
	for b.Loop() {
		if err := e.Intend(call); err != nil {
			b.Fatal(err)
		}
		if err := e.Done(call, nil); err != nil {
			b.Fatal(err)
		}
	}
}
