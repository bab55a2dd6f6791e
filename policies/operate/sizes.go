package operate

import (
	"cmp"

	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// sizes is what guards on the size of a change look at: what is in force on the target, by the
// lists that it was made from, where this machine knows them. last is the plan that history
// has last: what a restart has lost may not shrink either.
func (o *Operator) sizes(in *wanted.Input, p *plan.Plan, now InForce, last *plan.Plan) plan.Sizes {
	limits := in.Exchange.Limits
	sizes := plan.Sizes{
		Now: p.Providers, Lists: p.Lists, Treatments: in.Exchange.Treatments,
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
