package cli

import (
	"fmt"
	"strings"

	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// sizesAgain asks the guards on the size of a change again, before a plan is applied, against what
// is in force on the target: it may have been made under laxer limits. Those of the exchange file
// hold, or else those that the plan was made under. A plan that the target has changed under is
// stale, and asked nothing.
func (s *session) sizesAgain(store *journal.Store, t operate.Target, p *plan.Plan, state *plan.State) error {
	if p.Fingerprint != state.Fingerprint() || p.Holds(state) || len(p.PolicyLists) > 0 {
		return nil
	}
	x := s.exchangeOf()
	if x == nil {
		x = exchange.Default()
		x.Limits = x.Limits.With(p.Limits)
	}
	now, err := operate.Look(store, t.Address, state)
	if err != nil {
		return err
	}
	past, err := readPast(store, t.Address)
	if err != nil {
		return err
	}
	sizes := s.sizes(x, p, now, past.read)
	var words []string
	for _, g := range sizes.Guards() {
		if !g.OK {
			words = append(words, fmt.Sprintf("%s %d of %d entries", g.Code, g.Value, g.Limit))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return &operate.Error{Kind: operate.Guarded, Name: "guard",
		Err:  fmt.Errorf("more than the limits allow: %s; nothing was changed", strings.Join(words, ", ")),
		Hint: "make a new plan, and look at it"}
}
