package apply

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies/plan"
)

// putLists puts lost lists of policies back. It never removes them again: a client that has its filters
// keeps them, even if another client's list fails. So there is no undo. If it is cut off, Recover makes
// the calls that are left, and all resets.
//
//	look      lists are as the plan saw them, and the lock is ours
//	export    each list and its default by one call
//	import    the same
//	reset in  the clients of import lists, one after another: their filters judge what they
//	          announced meanwhile
//	reset out the clients of export lists: gobgpd sends what they lacked. It does not withdraw
//	          what it sent meanwhile and their filters refuse (gobgpd 3.37,
//	          TestFactExportListLeavesWhatWasSent)
//	look      each list and default reads back

// putLists puts the lists of the plan back.
func (r *run) putLists(ctx context.Context) error {
	r.result.Outcome = Untouched
	if err := r.lookAgain(ctx, r.plan.Replaceable); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx = context.WithoutCancel(ctx) // each list that is back is one more that is right
	r.onward = true
	r.logProgress("putting lists of policies back: %d", len(r.plan.PolicyLists))
	r.result.Outcome = Partial
	failed := r.assignLists(ctx)
	state, err := r.readState(ctx)
	if err != nil {
		r.result.Known = "some lists of policies may be back; the target cannot be read"
		return errors.Join(failed, err)
	}
	var lacking []string
	for _, c := range r.plan.PolicyLists {
		if !c.Made(state) {
			lacking = append(lacking, c.String())
			continue
		}
		r.result.Lists = append(r.result.Lists, c)
	}
	if len(lacking) > 0 {
		r.result.Known = fmt.Sprintf("%d of %d lists of policies are back; what is left: %s", len(r.result.Lists),
			len(r.plan.PolicyLists), strings.Join(lacking, "; "))
		return errors.Join(failed, errors.New("not all lists of policies are back"))
	}
	if err := r.resetLists(ctx, state); err != nil {
		r.result.Known = "all lists of policies are back; not all clients were reset, and routes of these may be as before"
		return err
	}
	r.result.Outcome = Applied
	return nil
}

// restOfLists continues after a cut. It leaves lists that somebody has changed since, and lists that the
// target cannot take any more. status reports these as drift.
func (r *run) restOfLists(ctx context.Context) error {
	rest := *r.plan
	rest.PolicyLists = slices.DeleteFunc(slices.Clone(rest.PolicyLists), func(c plan.ListChange) bool {
		return !c.Made(r.before) && !c.Possible(r.before)
	})
	r.plan = &rest
	if len(rest.PolicyLists) == 0 {
		r.result.Outcome, r.result.Known = Nothing, "no list of policies is left to be put back"
		return nil
	}
	return r.putLists(ctx)
}

// assignLists makes the calls. If one fails, it makes the others all the same.
func (r *run) assignLists(ctx context.Context) error {
	var failed error
	for _, c := range r.plan.PolicyLists {
		failed = errors.Join(failed, r.doCall(ctx, c.Call()))
	}
	return failed
}

// resetLists resets the clients whose lists were put back.
func (r *run) resetLists(ctx context.Context, state *plan.State) error {
	var failed error
	for _, verb := range []plan.Verb{plan.Reset, plan.ResetOut} {
		for _, c := range r.plan.PolicyLists {
			up := slices.ContainsFunc(state.Clients,
				func(known plan.Client) bool { return known.Address == c.Client && known.Up })
			if c.Import != (verb == plan.Reset) || !up {
				continue
			}
			r.logProgress("%s: %s", verb, c.Client)
			err := r.doCall(ctx, plan.Call{Verb: verb, Client: c.Client})
			if errors.Is(err, plan.ErrRefused) {
				err = r.unlessGone(ctx, c.Client, err)
			}
			if err == nil && !slices.Contains(r.result.Reset, c.Client) {
				r.result.Reset = append(r.result.Reset, c.Client)
			}
			failed = errors.Join(failed, err)
		}
	}
	slices.SortFunc(r.result.Reset, netip.Addr.Compare)
	return failed
}
