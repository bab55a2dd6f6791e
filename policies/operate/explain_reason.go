package operate

import (
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/impact"
)

// fillReasons fills in by which large community members are told why.
func fillReasons(x *exchange.Exchange, e *impact.Explanation) {
	for i := range e.Matches {
		e.Matches[i].Told = findReason(x, e.Matches[i].Treatment)
	}
	if e.Nearest != nil {
		e.Nearest.Told = findReason(x, e.Nearest.Treatment)
	}
}

// findReason returns the community that tells members of a treatment; "" for none.
func findReason(x *exchange.Exchange, treatment string) string {
	t, known := x.Treatment(treatment)
	if !known || t.Reason == (policies.LargeCommunity{}) {
		return ""
	}
	return t.Reason.String()
}
