package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// warnOfOtherEffects warns of treatments that do something else than what is in force under their
// names: the exchange file says so now, or this version of the program does.
func warnOfOtherEffects(in *wanted.Input, inForce, want *policies.RoutingPolicy) {
	before, after := eval.Treatments(inForce), eval.Treatments(want)
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if old, there := before[name]; there && old != after[name] {
			in.Diagnostics.Warnf(in.Exchange.TreatmentAt(name), "plan-treatment-changed", "",
				"treatment %s does something else than what is in force under that name: %s, and not %s any more", name,
				after[name], old)
		}
	}
	in.Diagnostics.Sort()
}

// errRetired says that a person is to decide on built-in treatments of an earlier version.
var errRetired = errors.New("is in force as an earlier version of this program built it in, and is built in " +
	"otherwise now")

// retired returns an error where what is in force has built-in treatments of an earlier
// version: every route that they treat would change, and not because of any list.
func retired(x *exchange.Exchange, inForce *policies.RoutingPolicy) error {
	if !x.Builtin() {
		return nil
	}
	if names := policies.Retired(inForce); len(names) > 0 {
		return &operate.Error{Kind: operate.Guarded, Name: "retired", Err: fmt.Errorf("%s %w", strings.Join(names, ", "), errRetired),
			Hint: "depeer plan shows what changes, and depeer apply does it"}
	}
	return nil
}

// tooMuch warns, on a way back or out, of a policy that adds more to routes than the limit. It
// is what somebody approved once: it is said, and not refused.
func (s *session) tooMuch(p *policies.RoutingPolicy, limit int, what string) {
	if bytes := p.AddedBytes(); bytes > limit {
		many := fmt.Sprintf("up to %d bytes", bytes)
		if bytes >= policies.Unbounded {
			many = "a prepend, which has no bound,"
		}
		s.view.Warnings(diag.List{{Severity: diag.Warning, Code: "guard-added-bytes",
			Message: fmt.Sprintf("%s adds %s to a route's attributes, over the limit of %d: with it one long "+
				"announcement could end gobgpd (osrg/gobgp#2629)", what, many, limit)}})
	}
}
