package apply

import (
	"context"
	"slices"

	"depeer/policies"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// A route in the table that is too long for any message is neither sent nor withdrawn. So the table proves
// nothing about what members hold. apply predicts such routes from what clients announce, and from
// the table, where the operator's policies may have made routes longer still.

// expectLength notes whether a route that the client announces will be too long.
func (x *expected) expectLength(f *length.Foresight, r *policies.Route) bool {
	lost, long := f.Lost(r)
	if long {
		x.long = append(x.long, lost)
	}
	return long
}

// seeLength notes whether a path in the table is too long.
func (x *expected) seeLength(f *length.Foresight, r *policies.Route) {
	if lost, long := f.LostInTable(r); long {
		x.longSeen = append(x.longSeen, lost)
	}
}

// notDelivered returns the paths to one prefix that are in the table and too long.
func (x *expected) notDelivered() []length.Route {
	switch {
	case x.present == 0:
		return nil
	case len(x.long) >= len(x.longSeen):
		return x.long
	default:
		return x.longSeen
	}
}

// tellNotDelivered sorts the routes that are not delivered, and logs a warning.
func (r *run) tellNotDelivered() {
	all := r.result.NotDelivered
	slices.SortFunc(all, length.Route.Compare)
	if len(all) > 0 {
		r.Log.Warn("routes are too long to be sent: not delivered, and members keep the route that they had", "routes",
			len(all), "first", all[0].Prefix, "member", all[0].Member, "bytes", all[0].Bytes)
	}
}

// harmless is the number of bytes that a policy can add without ending the daemon: see package length.
const harmless = 7

// guardLengths refuses a change that would make an announced route so long that the daemon ends. It lists
// all routes only if the new policy adds more than harmless bytes.
func (a *Applier) guardLengths(ctx context.Context, state *plan.State, p *plan.Plan) error {
	if p.Clear || length.Adds(p.Change.New) <= harmless {
		return nil
	}
	f := length.New(length.Question{Policy: p.Change.New, Members: length.AfterChange(state)})
	for _, c := range state.Clients {
		if !c.RouteServer || !c.Up {
			continue
		}
		a.logProgress("looking how long the routes of %s are", c.Address)
		for route, err := range a.Daemon.Received(ctx, c.Address) {
			if err != nil {
				if err = a.beginRun(p, state).unlessGone(ctx, c.Address, err); err != nil {
					return err
				}
				break
			}
			f.See(&route)
		}
	}
	if refuse := f.Report().Guards(); len(refuse) > 0 {
		return &GuardError{refuse}
	}
	return nil
}
