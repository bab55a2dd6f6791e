package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"depeer/policies"
)

// A plan says what is wanted, and its calls. Whoever can write a plan file can write its digest
// as well, so its calls are believed only where they are those that this program makes itself of
// what it reads from the route server, of the policy that is wanted, and of the plan's ID.

// errForged says that the calls of a plan are not those.
var errForged = errors.New("the calls in the plan are not those that lead to what it wants")

// Faithful says whether the change of p is the one that leads from s to what p wants. Each of
// known is a list of sessions that a history says we have shut: one of them was gone by, or none.
func (p *Plan) Faithful(s *State, known ...[]policies.Session) error {
	if len(p.PolicyLists) > 0 && !p.Change.Empty() {
		return errForged
	}
	for _, wanted := range []*policies.RoutingPolicy{p.Change.New, p.Then} {
		if wanted != nil && !wanted.Genuine() { // its objects would be taken for another hand's
			return fmt.Errorf("%w: what it wants is not named after what it says", errForged)
		}
	}
	err := errForged
	for i, shut := range append(known, nil) {
		if i > 0 && slices.Equal(shut, known[i-1]) {
			continue
		}
		if err = p.recompute(s.Remember(shut)).differs(&p.Change); err == nil {
			return nil
		}
	}
	return err
}

// recompute makes the change of p anew.
func (p *Plan) recompute(s *State) *Change {
	switch {
	case len(p.PolicyLists) > 0:
		now := s.InForce()
		return &Change{Old: now, New: now}
	case p.Then != nil:
		return Clear(s.WithoutSessions(), p.ID)
	case p.Clear:
		return Clear(s, p.ID)
	default:
		return To(s, p.Change.New, p.ID)
	}
}

// differs is an error that says in what two changes differ; nil where they are the same.
func (c *Change) differs(planned *Change) error {
	switch {
	case !samePolicy(c.Old, planned.Old):
		return fmt.Errorf("%w: what it says was in force before is not", errForged)
	case !samePolicy(c.New, planned.New):
		return fmt.Errorf("%w: what it leads to is another policy", errForged)
	case c.Unsure != planned.Unsure:
		return fmt.Errorf("%w: whether all that was in force is told", errForged)
	}
	for _, part := range []struct {
		name        string
		ours, other []Call
	}{{"prepare", c.Prepare, planned.Prepare}, {"live", c.Live, planned.Live}, {"finish", c.Finish, planned.Finish},
		{"restore", c.Restore, planned.Restore}} {
		if err := sameCalls(part.ours, part.other); err != nil {
			return fmt.Errorf("%w: %s: %w", errForged, part.name, err)
		}
	}
	return nil
}

// samePolicy compares two policies, with their sessions.
func samePolicy(a, b *policies.RoutingPolicy) bool {
	return a.Digest() == b.Digest() && slices.Equal(a.Sessions, b.Sessions)
}

// sameCalls compares calls as a plan file has them: elements of sets stand in the policy.
func sameCalls(ours, planned []Call) error {
	ours, planned = withElements(ours, nil), withElements(planned, nil)
	for i := range max(len(ours), len(planned)) {
		switch {
		case i >= len(ours):
			return fmt.Errorf("%s", planned[i])
		case i >= len(planned):
			return fmt.Errorf("without: %s", ours[i])
		}
		a, err := json.Marshal(ours[i])
		if err != nil {
			return err
		}
		b, err := json.Marshal(planned[i])
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return fmt.Errorf("%s, and it is to be: %s", planned[i], ours[i])
		}
	}
	return nil
}
