package operate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
	"depeer/policies/exchange"
	"depeer/policies/guard"
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

// errRetired and errLacksShort say that a person is to decide on what an earlier version of this
// program put in.
var (
	errRetired = errors.New("is in force as an earlier version of this program built it in, and is built in " +
		"otherwise now")
	errLacksShort = fmt.Errorf("what is in force was built by an earlier version of this program: it does not leave "+
		"out announcements of /%d and shorter, which could end gobgpd (osrg/gobgp#2629)", policies.LongestShort)
)

// CheckVersion returns an error where what is in force was built by an earlier version of this
// program: routes would change, and not because of any list.
func CheckVersion(x *exchange.Exchange, inForce *policies.RoutingPolicy) error {
	var err error
	if names := build.Retired(inForce); x.Builtin() && len(names) > 0 {
		err = fmt.Errorf("%s %w", strings.Join(names, ", "), errRetired)
	} else if build.LacksShort(inForce) {
		err = errLacksShort
	} else {
		return nil
	}
	return &Error{Kind: Guarded, Name: "retired", Err: err,
		Hint: "depeer plan shows what changes, and depeer apply does it"}
}

// warnOfAddedBytes warns, on a way back or out, of a policy that adds more to routes than the limit.
// Somebody approved that policy once, so it is not refused.
func (o *Operator) warnOfAddedBytes(p *policies.RoutingPolicy, limit int, what string) {
	if bytes := p.AddedBytes(); bytes > limit {
		many := fmt.Sprintf("up to %d bytes", bytes)
		if bytes >= policies.Unbounded {
			many = "a prepend, which has no bound,"
		}
		o.Warnings(diag.List{{Severity: diag.Warning, Code: guard.AddedBytes,
			Message: fmt.Sprintf("%s adds %s to a route's attributes, over the limit of %d: with it one long "+
				"announcement could end gobgpd (osrg/gobgp#2629)", what, many, limit)}})
	}
}
