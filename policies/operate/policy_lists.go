package operate

import (
	"fmt"

	"depeer/filters/diag"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// The operator's own policies in clients' lists are remembered from what is read, so that
// it is noticed when a reload of gobgpd has lost them. What is remembered is no input of
// anything else: a file of it that cannot be read is said, and nothing is remembered then.

// RecallLists returns state with the operator's lists of a target as they were last seen, and
// what is to be said about what is remembered.
func RecallLists(store *journal.Store, address string, state *plan.State) (*plan.State, diag.List) {
	lists, err := store.PolicyLists(address)
	if err != nil {
		return state, notRemembered(store, address, err)
	}
	return state.Recalling(lists), nil
}

// notRemembered says that lists are not remembered, and where they would be.
func notRemembered(store *journal.Store, address string, err error) (l diag.List) {
	l.Warnf(diag.Position{File: store.PolicyListsFile(address)}, "policy-lists-not-remembered",
		"without it, policies of yours that a reload of gobgpd loses are not noticed", "%v", err)
	return l
}

// remembers is where lists are remembered: the store, or the lock of one target.
type remembers interface {
	RememberPolicyLists(plan.Lists) error
}

// memory is the place of one target in a store.
type memory struct {
	store   *journal.Store
	address string
}

// RememberPolicyLists notes lists of the target.
func (m memory) RememberPolicyLists(lists plan.Lists) error {
	return m.store.RememberPolicyLists(m.address, lists)
}

// rememberFit notes the operator's lists in a state that recalls those before, if it is
// one to learn from: our policies are defined, and nothing was lost or is rejected. first says that nothing
// was remembered before.
func rememberFit(to remembers, state *plan.State) (first bool, err error) {
	if state.Import == nil || state.Export == nil || len(state.LostLists())+len(state.Rejected()) > 0 {
		return false, nil
	}
	return state.LastSeen == nil, to.RememberPolicyLists(state.Lists())
}

// readLastSeen returns the operator's lists as they were last seen; nil if that is not known.
func (o *Operator) readLastSeen(lock *journal.Lock) plan.Lists {
	lists, err := lock.PolicyLists()
	if err != nil {
		o.Log.Warn("lists of policies are not remembered", "error", err)
	}
	return lists
}

// rememberAccepted notes the lists in a state that a plan was found to fit: what it accepts as lost
// is not missed any more.
func (o *Operator) rememberAccepted(to remembers, p *plan.Plan, state *plan.State) {
	if p.WayBack() || len(p.PolicyLists) > 0 || state.Import == nil || state.Export == nil ||
		len(state.Rejected()) > 0 {
		return
	}
	if err := to.RememberPolicyLists(state.Lists()); err != nil {
		o.Log.Warn("lists of policies are not remembered", "error", err)
	}
}

// RememberLists notes the operator's lists of a target in a fitting state. first says that
// nothing was remembered before.
func RememberLists(store *journal.Store, address string, state *plan.State) (first bool, err error) {
	return rememberFit(memory{store, address}, state)
}

// noteLists remembers the lists in a fitting state, for a plan, and says so the first time.
func noteLists(store *journal.Store, t Target, state *plan.State) diag.List {
	address := t.Address
	first, err := rememberFit(memory{store, address}, state)
	if err != nil {
		return notRemembered(store, address, err)
	}
	var l diag.List
	if first {
		l.Warnf(diag.Position{File: store.PolicyListsFile(address)}, "policy-lists-new", "",
			"nothing was remembered on this machine of your own policies in the lists of %s's clients: from now on "+
				"it is noticed if they vanish", t.Label())
	}
	return l
}

// CureOfLostLists says what brings lists of policies back.
func CureOfLostLists(address string) string {
	return fmt.Sprintf("depeer repair --lists --target %s puts them back as they were last seen; a restart of "+
		"gobgpd does, too, if its file has them; "+
		"pasting definitions and a reload do not. If they were taken out on purpose: depeer plan --accept-lists",
		address)
}

// CureOfRejecting says what helps where gobgpd rejects all routes of members.
func CureOfRejecting(address string) string {
	return "restart gobgpd with a file that has the definitions; or, where this machine remembers lists: depeer " +
		"repair --lists --target " +
		address + "; do not paste and reload: that would let everything in, without your own policies"
}
