package length_test

import (
	"testing"

	"depeer/policies"
	"depeer/policies/length"
	"depeer/policies/rib"
)

// What it takes to look at a route that is nowhere near an edge, as nearly all are.
func BenchmarkOver(b *testing.B) {
	p := &rib.Path{Route: *route("10.1.0.0/16", 60)}
	source := func(yield func(*rib.Path, error) bool) {
		for b.Loop() {
			if !yield(p, nil) {
				return
			}
		}
	}
	f := length.New(length.Question{Policy: policyOf(policies.Treatment{LocalPref: 50}),
		Members: []length.Member{member(1), member(2)}})
	for range f.Over(source) {
	}
}
