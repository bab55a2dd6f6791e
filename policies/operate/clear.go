package operate

import (
	"context"

	"depeer/policies"
	"depeer/policies/plan"
)

// Clear plans what takes everything of ours out of a target. look: for a person to look at,
// routes are looked at for what stays all the same, and the target's file.
func (o *Operator) Clear(ctx context.Context, t Target, look bool) (Draft, error) {
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Draft{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Draft{}, NotReached(ctx, err)
	}
	o.warnOfAddedBytes(state.InForce(), t.MaxAddedBytes, "what is in force, until it is out,")
	id, state := NewID(), o.rememberLastSessions(state, t.Address)
	p := o.NewPlan(t, state, id, *plan.Clear(state, id))
	p.Clear = true
	if err := checkObstacles(p.Obstacles(state), t.Address); err != nil {
		return Draft{}, err
	}
	for _, group := range state.Listing() {
		o.Note("peer group %s of gobgpd.conf lists %s or %s: its sessions that come up from now on have it "+
			"again, and it does nothing; take it out of the group, and clear once more, before the definitions are "+
			"taken out of the file",
			group, policies.ImportPolicy, policies.ExportPolicy)
	}
	server := describeTarget(t, state)
	result := Draft{Plan: p, Impact: Impact{At: o.Now, Server: &server, OutOfReach: listOutOfReach(state),
		Lists: p.Lists, Summary: p.Change.Summary()}}
	if look {
		o.findWhatStays(ctx, client, state, &result)
		err = o.describeFile(ctx, t, &result)
	}
	return result, err
}

// describeFile adds what becomes of the target's file.
func (o *Operator) describeFile(ctx context.Context, t Target, result *Draft) (err error) {
	result.Persist, err = o.lookAtFile(ctx, t, result.Plan, nil, &result.Diagnostics)
	return err
}
