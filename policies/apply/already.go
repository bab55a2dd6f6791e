package apply

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// A route that stands in the Adj-RIB-In as a policy leaves it, because a looking glass had
// it written there or because its member announces it so, looks the same in the table
// whether the policy acts or not: it proves nothing (TestFactFilteredListingWritesBack). It
// fails nothing either, or a listed network could veto its own treatment.

// isAlreadyTreated says whether a route has, before any policy, what one gives it: the one that is
// in force now, or one that may have been before.
func (j comparison) isAlreadyTreated(r *policies.Route) bool {
	carried := func(e *eval.Evaluator) bool { return e != nil && e.Carried(r) }
	return carried(j.now) || slices.ContainsFunc(j.was, carried)
}

// noteTreated counts a route of a client that is treated already, or announced so, and says
// whether it is.
func (w *coverage) noteTreated(t *client, r *policies.Route) bool {
	if !t.judge.isAlreadyTreated(r) {
		return false
	}
	w.polluted.Add(rib.Peer{Address: t.Address, ASN: t.ASN}, r.Prefix)
	return true
}

// addAlready counts what a prefix proves, some paths to which are treated already, or
// announced so: those that are in the table prove nothing, and which is which cannot be
// told. That refused ones are not there is proven all the same. lost are those that are
// too long to be sent.
func (p *Proof) addAlready(x *expected, lost int) {
	p.Refused += x.refused
	p.Already += max(0, x.present-lost)
}
