package operate_test

import (
	"testing"
	"time"

	"depeer/policies/guard"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// A plan that is old, that nobody has looked at routes for, or that allows more than it says, is
// refused before the first call; the off-switch is not.
func TestOldPlans(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*plan.Plan)
		want   operate.Kind
	}{
		"of two days ago":   {func(p *plan.Plan) { p.Made = p.Made.Add(-48 * time.Hour) }, operate.Unfit},
		"of tomorrow":       {func(p *plan.Plan) { p.Made = p.Made.Add(24 * time.Hour) }, operate.Unfit},
		"without foresight": {func(p *plan.Plan) { p.Foreseen = nil }, operate.Unfit},
		"more allowed":      {func(p *plan.Plan) { p.Foreseen.AllowRoutes = guard.UpTo(9) }, operate.Unfit},
		"of a stale list":   {func(p *plan.Plan) { p.Lists[0].StaleAfter = "2008-11-10T00:00:00Z" }, operate.Guarded},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			draft, err := w.Draft(t.Context(), w.lists(64999), w.target, operate.DraftOptions{})
			if err != nil {
				t.Fatal(err)
			}
			test.change(draft.Plan)
			_, err = w.Apply(t.Context(), w.target, draft.Plan, operate.ApplyOptions{Action: operate.ActionApply})
			if operate.KindOf(err) != test.want || err == nil || w.refused() != 0 {
				t.Errorf("%v, and %d routes refused", err, w.refused())
			}
		})
	}
}
