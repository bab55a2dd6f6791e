package operate

import (
	"time"

	"depeer/policies/journal"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// describePolicy adds what is in force on the target, and what lists ask for; with what
// history expected (describeExpected), three things that are never told one for another. in
// is nil where no lists are asked; unclaimed says that then nothing tells what should be in
// force, and something is.
func describePolicy(result *Status, store *journal.Store, address string, state *plan.State, found past,
	in *wanted.Input) (unclaimed bool, err error) {
	now, err := Look(store, address, state)
	if err != nil {
		return false, err
	}
	if result.Looked = true; !now.Nothing() {
		result.InForce = &Policy{Plan: now.Plan, Since: pointTo(now.Since()), By: now.By(), Digest: now.Digest,
			Known: now.Known(), Lists: now.Lists()}
		result.Lists = now.Lists()
	}
	if in != nil {
		result.Wanted = &Wanted{Digest: in.Policy().Digest(), Lists: plan.Refs(in.Lists)}
	}
	return in == nil && found.applied == nil && found.unread == nil && !now.Nothing(), nil
}

// pointTo returns nil for the zero time.
func pointTo(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// describeExpected adds what history says was put in last, whether or not the target answers.
func describeExpected(result *Status, found past) {
	if p := found.applied; p != nil && !p.Wanted().Empty() {
		result.Expected = &Policy{Plan: p.ID, Since: pointTo(found.record.To), By: found.record.By.By,
			Digest: p.Wanted().Digest(), Known: true, Lists: p.Lists}
	}
}
