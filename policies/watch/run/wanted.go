package run

import (
	"errors"
	"slices"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/watch/sources"
)

// asking holds what lists ask of a target.
type asking struct {
	version string
	facts   exchange.Facts // of the target, which guards have looked at
	in      *wanted.Input
	policy  *policies.RoutingPolicy // nil: lists are refused, or do not fit this target
	failure *operate.Error
}

// hasDiagnostics says whether lists had the same diagnostics before.
func (w *asking) hasDiagnostics(diags diag.List) bool { return slices.Equal(w.in.Diagnostics, diags) }

// compileLists finds out what lists ask of the target.
func (k *keeper) compileLists(state *plan.State) {
	r := k.sources.Current()
	if r.Input == nil {
		k.want = nil
		return
	}
	facts := operate.CollectFacts(k.target, state)
	if k.want != nil && k.want.version == r.Version && k.want.facts.Equal(facts) {
		return
	}
	in := *r.Input
	in.Good = nil
	in.Diagnostics = slices.Clip(in.Diagnostics)
	w := &asking{version: r.Version, facts: facts, in: &in}
	err := operate.CompileFor(&in, k.Clock(), k.target, state)
	if !errors.As(err, &w.failure) {
		w.failure = operate.Verdict(in.Diagnostics)
	}
	if w.failure == nil {
		w.policy = in.Policy()
	}
	known := k.want != nil && k.want.version == r.Version && k.want.hasDiagnostics(in.Diagnostics)
	k.want = w
	k.numbers.Guards(listRefusing(operate.ListGuards(&in)), !known)
	if w.failure != nil && !known {
		for _, d := range in.Diagnostics {
			k.log.Warn("lists refused", "lists", sources.DescribeLists(&in), "file", d.Position.String(),
				"code", d.Code, "problem", d.Message)
		}
	}
}
