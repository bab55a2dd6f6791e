package operate

import (
	"errors"
	"fmt"
	"maps"
	"time"

	"depeer/policies/guard"
	"depeer/policies/plan"
)

// DefaultPlanAge is how old a plan may be when it is applied, if nothing else is said.
const DefaultPlanAge = 24 * time.Hour

// maxSkew is how far ahead the clock of the machine may be that made a plan.
const maxSkew = time.Hour

// checkAge says whether a plan that puts something in may be applied at a moment by the real
// clock: it was made not long ago, of lists that are not too old by now, and somebody has looked
// at routes.
func checkAge(p *plan.Plan, now time.Time, most time.Duration) error {
	unfit := func(name, format string, args ...any) error {
		return &Error{Kind: Unfit, Name: name, Err: fmt.Errorf(format, args...), Hint: "make a new plan"}
	}
	switch age := now.Sub(p.Made); {
	case age > most:
		return unfit("plan-old", "the plan is of %s, and older than %s", p.Made.UTC().Format(time.RFC3339), most)
	case age < -maxSkew:
		return unfit("plan-future", "the plan is of %s, which has not come", p.Made.UTC().Format(time.RFC3339))
	case len(p.PolicyLists) > 0:
		return nil
	case p.Foreseen == nil:
		return unfit("unforeseen", "nobody has looked at routes when the plan was made")
	case p.Foreseen.AllowRoutes != p.Overrides.For(guard.MaxRoutes),
		p.Foreseen.AllowMemberRoutes != p.Overrides.For(guard.MaxMemberRoutes):
		return unfit("plan-altered", "%w", errors.New("the plan allows more routes than it says was asked for"))
	}
	for _, l := range p.Lists {
		if end, err := time.Parse(time.RFC3339, l.StaleAfter); l.StaleAfter != "" && (err != nil || now.After(end)) {
			return &Error{Kind: Guarded, Name: "guard", Hint: "a newer list, and a new plan",
				Err: fmt.Errorf("list %s of %s is over its max_age now [%s]", l.Name, l.Updated, guard.ListAge)}
		}
	}
	return nil
}

// underLimits returns p under the stricter of its own limits and those of the exchange file, and
// these; p itself where there is no file.
func (o *Operator) underLimits(p *plan.Plan) (*plan.Plan, plan.Limits) {
	x := o.Exchange()
	if x == nil || p.Foreseen == nil {
		return p, nil
	}
	strict, foreseen := *p, *p.Foreseen
	foreseen.MaxRoutes = min(foreseen.MaxRoutes, uint64(x.Limits.MaxRoutes))
	foreseen.MaxMemberRoutes = min(foreseen.MaxMemberRoutes, uint64(x.Limits.MaxMemberRoutes))
	strict.Foreseen = &foreseen
	return &strict, maps.Clone(x.Limits.Overridable())
}
