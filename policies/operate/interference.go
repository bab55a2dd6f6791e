package operate

import (
	"context"

	"depeer/filters/diag"
	"depeer/policies/apply"
	"depeer/policies/impact"
	"depeer/policies/plan"
)

// describeOperator adds what the operator's policies around ours do to what is in force, and
// which members' routes lack something for it. It is no drift: ours are as they should be.
func (o *Operator) describeOperator(ctx context.Context, client Daemon, state *plan.State,
	result *Status) error {
	now := JudgedInForce(state)
	result.Operator = state.Interferences(now)
	undone := false
	for _, i := range result.Operator {
		undone = undone || i.Undoes && i.Direction == "import"
	}
	if !undone || len(impact.FindLeaving(now)) == 0 {
		return nil
	}
	o.Progress("looking for what your policies take off treated routes")
	standing, err := apply.Stand(ctx, client, state, now)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		result.Diagnostics.Warnf(diag.Position{}, "routes-unread", "",
			"how many routes your policies take something off is not known: %v", err)
		return nil
	}
	for _, m := range standing {
		if m.Proof.Overruled > 0 {
			result.Overruled = append(result.Overruled,
				Overruled{Address: m.Address, ASN: m.ASN, Paths: m.Proof.Overruled,
					Attributes: listAttributes(m.Attributes)})
		}
		if m.Proof.Untagged > 0 {
			result.Untagged = append(result.Untagged,
				Overruled{Address: m.Address, ASN: m.ASN, Paths: m.Proof.Untagged})
		}
	}
	return nil
}
