package cli

import (
	"context"
	"time"

	"depeer/cmd/internal/view"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// asked reads the lists that status compares with: those that are named, or those of the
// exchange file, as plan does; nil where there are none.
func (s *session) asked(ctx context.Context, names []string) (*wanted.Input, error) {
	if _, found := s.reader.FindConfig(); len(names) == 0 && !found {
		return nil, nil
	}
	in, err := s.load(ctx, names)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && in.Exchange != nil && len(in.Exchange.Lists) == 0 {
		return nil, nil
	}
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return nil, f
	}
	return in, nil
}

// describePolicy adds what is in force on the target, and what lists ask for; with what
// history expected (describeExpected), three things that are never told one for another. in
// is nil where no lists are asked; unclaimed says that then nothing tells what should be in
// force, and something is.
func describePolicy(result *view.TargetStatus, store *journal.Store, address string, state *plan.State, found past,
	in *wanted.Input) (unclaimed bool, err error) {
	now, err := operate.Look(store, address, state)
	if err != nil {
		return false, err
	}
	if result.Looked = true; !now.Nothing() {
		result.InForce = &view.Policy{Plan: now.Plan, Since: timeOf(now.Since()), By: now.By(), Digest: now.Digest,
			Known: now.Known(), Lists: now.Lists()}
		result.Lists = now.Lists()
	}
	if in != nil {
		result.Wanted = &view.Wanted{Digest: in.Policy().Digest(), Lists: plan.Refs(in.Lists)}
	}
	return in == nil && found.applied == nil && found.unread == nil && !now.Nothing(), nil
}

// timeOf returns nil for the zero time.
func timeOf(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// describeExpected adds what history says was put in last, whether or not the target answers.
func describeExpected(result *view.TargetStatus, found past) {
	if p := found.applied; p != nil && !p.Wanted().Empty() {
		result.Expected = &view.Policy{Plan: p.ID, Since: timeOf(found.record.To), By: found.record.By.By,
			Digest: p.Wanted().Digest(), Known: true, Lists: p.Lists}
	}
}
