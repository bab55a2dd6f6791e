package apply

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// A route can stand in the Adj-RIB-In as a policy leaves it: a looking glass has written it there, or
// its member announces it so. In the table it looks the same whether the policy acts or not, so it
// proves nothing (TestFactFilteredListingWritesBack). It does not fail the proof either: otherwise a
// listed network could veto its own treatment.

// isAlreadyTreated says whether a route has, before any policy, what a policy gives it: the policy in
// force now, or one that may have been in force before.
func (j comparison) isAlreadyTreated(r *policies.Route) bool {
	carried := func(e *eval.Evaluator) bool { return e != nil && e.Carried(r) }
	return carried(j.now) || slices.ContainsFunc(j.was, carried)
}

// noteTreated says whether a route of a client is treated already or announced so, and counts it.
func (w *coverage) noteTreated(t *client, r *policies.Route) bool {
	if !t.comparison.isAlreadyTreated(r) {
		return false
	}
	w.polluted.Add(rib.Peer{Address: t.Address, ASN: t.ASN}, r.Prefix)
	return true
}

// addAlready counts the paths to one prefix if some of them are treated already or announced so. It
// cannot tell which path in the table is which, so that these paths prove nothing. The absence of
// refused paths is proven all the same. lost is the number of paths that are too long to be sent.
func (p *Proof) addAlready(x *expected, lost int) {
	p.Refused += x.refused
	p.Already += max(0, x.present-lost)
}
