package operate

import (
	"cmp"
	"fmt"
	"strings"

	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// measureSizes returns what guards on the size of a change compare. The old side is what is in force on
// the target, by its lists, where this machine knows them. Where nothing is in force, it is last, the
// plan that history has last: a restart must not let a truncated list pass.
func (o *Operator) measureSizes(x *exchange.Exchange, p *plan.Plan, now InForce, last *plan.Plan) plan.Sizes {
	limits := x.Limits
	sizes := plan.Sizes{
		Now: p.Providers, Lists: p.Lists, Treatments: x.Treatments,
		Growth: uint64(limits.MaxGrowth), Shrink: uint64(limits.MaxShrink), Free: exchange.FreeGrowth,
		AllowGrow: p.Overrides.For(guard.MaxGrowth), AllowShrink: p.Overrides.For(guard.MaxShrink),
	}
	switch {
	case now.Nothing():
		if last != nil && !last.Wanted().Empty() {
			sizes.Last, sizes.LastLists, sizes.Lost = last.Providers, last.Lists, true
		}
	case now.Known() && len(now.Made.Providers) > 0:
		sizes.Last, sizes.LastLists = now.Made.Providers, now.Made.Lists
	default:
		sizes.InForce, sizes.Wanted = now.Policy, p.Wanted()
	}
	return sizes
}

// warnOfUnknown warns that providers cannot be compared with those of what is in force.
func warnOfUnknown(in *wanted.Input, sizes plan.Sizes, now InForce) {
	if sizes.InForce != nil {
		in.Diagnostics.Warnf(diag.Position{}, "in-force-unknown", "",
			"what is in force is not known on this machine (plan %s): which providers it treats is not known, and "+
				"growth and shrinkage are counted in entries of its sets", cmp.Or(now.Plan, "not told"))
	}
}

// checkSizesAgain asks the guards on the size of a change again, before a plan is applied, against what
// is in force on the target: the plan may have been made under laxer limits. Those of the exchange file
// hold, or else those that the plan was made under. A plan that the target has changed under is
// stale, and asked nothing.
func (o *Operator) checkSizesAgain(store *journal.Store, t Target, p *plan.Plan, state *plan.State) error {
	if p.Fingerprint != state.Fingerprint() || p.Holds(state) || len(p.PolicyLists) > 0 {
		return nil
	}
	x := o.Exchange()
	if x == nil {
		x = exchange.Default()
		x.Limits = x.Limits.With(p.Limits)
	}
	now, err := Look(store, t.Address, state)
	if err != nil {
		return err
	}
	past, err := readPast(store, t.Address)
	if err != nil {
		return err
	}
	sizes := o.measureSizes(x, p, now, past.read)
	var words []string
	for _, g := range sizes.Guards() {
		if !g.OK {
			words = append(words, fmt.Sprintf("%s %d of %d entries", g.Code, g.Value, g.Limit))
		}
	}
	if len(words) == 0 {
		return nil
	}
	return &Error{Kind: Guarded, Name: "guard",
		Err:  fmt.Errorf("more than the limits allow: %s; nothing was changed", strings.Join(words, ", ")),
		Hint: "make a new plan, and look at it"}
}
