package operate

import (
	"slices"
	"time"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// InForce is our policy that is in force on a target, and what the history of this machine knows of it.
type InForce struct {
	Policy *policies.RoutingPolicy // as it was read from the target
	Digest string                  // of Policy

	// Plan is the ID of the plan that put it in: of the entry, or else what the target's
	// marker says; "" where neither tells.
	Plan string
	// Entry is the one that left it in force, and Made its plan; nil where no entry of this
	// machine did.
	Entry *journal.Record
	Made  *plan.Plan
}

// Nothing says whether nothing of ours is in force.
func (f *InForce) Nothing() bool { return f.Policy.Empty() }

// Known says whether the history of this machine knows what is in force.
func (f *InForce) Known() bool { return f.Entry != nil }

// Since says when it was put in; the zero time where that is not known.
func (f *InForce) Since() time.Time {
	if f.Entry == nil {
		return time.Time{}
	}
	return f.Entry.To
}

// By says who put it in: user@host; "" where that is not known.
func (f *InForce) By() string {
	if f.Entry == nil {
		return ""
	}
	return f.Entry.By.By
}

// Lists are those that it was made from; none where that is not known.
func (f *InForce) Lists() []plan.ListRef {
	if f.Made == nil {
		return nil
	}
	return f.Made.Lists
}

// Look finds out what is in force on a target, as state tells it, and looks it up in the
// history: the entries of the plan that the target's marker names first, then all, newest
// first. Only what an entry left, object for object, is known. Entries that cannot be read
// are passed over.
func Look(store *journal.Store, address string, state *plan.State) (InForce, error) {
	f := InForce{Policy: state.InForce()}
	f.Digest = f.Policy.Digest()
	if f.Nothing() {
		return f, nil
	}
	marked := func(r *journal.Record) bool { return slices.Contains(state.Applied, r.Begun.Plan) }
	if len(state.Applied) > 0 {
		if err := f.lookUp(store, address, marked); err != nil || f.Known() {
			return f, err
		}
	}
	if err := f.lookUp(store, address, func(*journal.Record) bool { return true }); err != nil || f.Known() {
		return f, err
	}
	if len(state.Applied) > 0 {
		f.Plan = state.Applied[0]
	}
	return f, nil
}

// lookUp looks for the newest entry among some that left what is in force.
func (f *InForce) lookUp(store *journal.Store, address string, among func(*journal.Record) bool) error {
	for record, err := range store.Backward(address) {
		if err != nil {
			return err
		}
		if !TookEffect(record) || !among(record) || record.Begun.Digest != "" && record.Begun.Digest != f.Digest {
			continue
		}
		p, unread := record.Plan()
		if unread != nil || p.Wanted().Digest() != f.Digest {
			continue
		}
		f.Plan, f.Entry, f.Made = p.ID, record, p
		return nil
	}
	return nil
}

// Recorded is how the journal calls the outcome of a change that had nothing to do, and was
// not what history expected to be in force: from then on it is.
const Recorded = "recorded"

// TookEffect says whether an entry has left a policy of ours in force, or none. One that
// has only put the operator's lists back says nothing of that.
func TookEffect(record *journal.Record) bool {
	return (record.Outcome == apply.Applied.String() || record.Outcome == Recorded) && record.Begun.PolicyLists == 0
}

// Says says whether a plan that had nothing to do tells the history something new: the history expected
// another policy, or, for the off-switch, no clear. last is the plan that it expected; nil for none, or
// where that is not known.
func Says(p, last *plan.Plan) bool {
	switch {
	case len(p.PolicyLists) > 0:
		return false
	case last == nil:
		return true
	case p.WayBack() || last.WayBack():
		return p.WayBack() != last.WayBack()
	default:
		return p.Wanted().Digest() != last.Wanted().Digest() ||
			!slices.Equal(p.Wanted().Sessions, last.Wanted().Sessions)
	}
}
