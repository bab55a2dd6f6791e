package operate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// RepairOptions say what is put back.
type RepairOptions struct {
	Lists bool // the operator's own policies and defaults in clients' lists, and nothing else
}

// Remedy is what puts something back on a target.
type Remedy struct {
	Draft Draft  // without a plan where there is nothing to put back
	Why   string // there is nothing
}

// NothingToDo is the result where nothing was to be done, and why.
func NothingToDo(t Target, why string) Result {
	return Result{Target: t.Address, Outcome: apply.Nothing.String(), Why: why}
}

// Repair looks at a target, and plans what puts back what it has lost.
func (o *Operator) Repair(ctx context.Context, t Target, options RepairOptions) (Remedy, error) {
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Remedy{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Remedy{}, NotReached(ctx, err)
	}
	store, err := o.Store()
	if err != nil {
		return Remedy{}, err
	}
	var r Remedy
	if options.Lists {
		r, err = o.planListsRemedy(store, t, state)
	} else {
		r, err = o.planPolicyRemedy(store, t, state)
	}
	if err != nil || r.Draft.Plan == nil {
		return r, err
	}
	server := describeTarget(t, state)
	r.Draft.At, r.Draft.Server, r.Draft.Lists, r.Draft.Summary = o.Now, &server, r.Draft.Plan.Lists,
		r.Draft.Plan.Change.Summary()
	if len(r.Draft.Plan.PolicyLists) == 0 {
		err = o.describeFile(ctx, t, &r.Draft)
	}
	return r, err
}

// planPolicyRemedy plans what puts back what was applied last.
func (o *Operator) planPolicyRemedy(store *journal.Store, t Target, state *plan.State) (Remedy, error) {
	address := t.Address
	past, err := readPast(store, address)
	if err != nil {
		return Remedy{}, err
	}
	if past.unread != nil {
		return Remedy{}, &Error{Kind: Failed, Name: "unread", Err: past.unread,
			Hint: "depeer plan, and apply, says what is to be in force"}
	}
	record, last := past.record, past.applied
	if record == nil {
		return Remedy{}, &Error{Kind: Failed, Name: "no-history",
			Err:  fmt.Errorf("nothing was applied to %s from this machine: there is nothing to put back", address),
			Hint: "depeer plan, and apply; or --state DIR, where its history is elsewhere"}
	}
	if why := explainTakenBack(record, last); why != "" {
		return Remedy{Why: "nothing to put back: " + why}, nil
	}
	if RolledBackElsewhere(store, address, state) {
		return Remedy{Why: "nothing to put back: " + WordsOfRollback(state)}, nil
	}
	state, unknown := RecallLists(store, address, state)
	p := o.PutBack(t, state, last)
	o.warnOfAddedBytes(p.Wanted(), t.MaxAddedBytes, "what is put back")
	if err := addAnchor(checkObstacles(p.Obstacles(state), address), state); err != nil {
		return Remedy{}, err
	}
	if last.Holds(RememberSessions(state, last)) {
		return Remedy{Why: "nothing to put back: what was applied last is in force"}, nil
	}
	return Remedy{Draft: Draft{Plan: p, Impact: Impact{Diagnostics: unknown}}}, nil
}

// explainTakenBack returns who took the last policy out, and when; "" if nobody did. A rollback to an
// earlier policy put that one in force: repair puts that one back.
func explainTakenBack(record *journal.Record, p *plan.Plan) string {
	word := "cleared"
	switch want := p.Wanted(); {
	case p.WayBack():
	case len(want.Import)+len(want.Export)+len(want.Sessions) > 0:
		return ""
	case record.Begun.Action == "rollback":
		word = "rolled back"
	default:
		word = "emptied"
	}
	return fmt.Sprintf("%s by %s at %s", word, record.By.By, record.To.UTC().Format(time.RFC3339))
}

// planListsRemedy plans what puts the operator's lists back as they were last seen.
func (o *Operator) planListsRemedy(store *journal.Store, t Target, state *plan.State) (Remedy, error) {
	address := t.Address
	lists, err := store.PolicyLists(address)
	if err == nil && lists == nil {
		err = fmt.Errorf("nothing is remembered on this machine of the lists of %s's clients", t.Label())
	}
	if err != nil {
		return Remedy{}, &Error{Kind: Failed, Name: "policy-lists-not-remembered", Err: err,
			Hint: "a restart of gobgpd brings back what its file has"}
	}
	state = state.Recalling(lists)
	if len(state.LostLists()) == 0 {
		return Remedy{Why: "nothing to put back: no client's list has lost what was last seen in it"}, nil
	}
	var applied *policies.RoutingPolicy
	if last, err := readLastApplied(store, address); err == nil && last != nil && !last.WayBack() {
		applied = last.Wanted()
	}
	changes, undefined := state.PutBack(applied)
	if len(undefined) > 0 {
		return Remedy{}, &Error{Kind: Unfit, Name: "policies-undefined",
			Err: fmt.Errorf("not defined in gobgpd: %s; a list cannot name what is not there",
				strings.Join(undefined, ", ")),
			Hint: "restart gobgpd with a file that has them; or define them there, reload, and then: depeer repair " +
				"--lists --target " + address}
	}
	now := state.InForce()
	p := o.NewPlan(t, state, NewID(), plan.Change{Old: now, New: now})
	p.PolicyLists = changes
	if err := checkObstacles(p.Obstacles(state), address); err != nil {
		return Remedy{}, err
	}
	return Remedy{Draft: Draft{Plan: p}}, nil
}
