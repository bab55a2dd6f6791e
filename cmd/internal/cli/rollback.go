package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// rollbackArgs say what is taken back, and why.
type rollbackArgs struct {
	id  string // of an entry; "" for the last
	why string
	yes bool
	// sessions is how many of members may be shut again: exactly so many, or whatever
	// there were.
	sessions int
}

// whateverThereWere is for going back by itself.
const whateverThereWere = -1

func rollbackCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:        "rollback",
		Usage:       "goes back to what was in force before a change",
		ArgsUsage:   "[ID]",
		Description: "Without an ID, before the last change. Refuses if somebody has changed ours since.",
		Flags: append(targetFlags(), yesFlag,
			&cli.IntFlag{Name: plan.AllowSessions, Usage: "shut exactly `N` sessions of members again"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return usage("depeer rollback [ID] --target rs1", "rollback takes one ID")
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			store, err := s.store()
			if err != nil {
				return err
			}
			return s.rollback(c, t, store, rollbackArgs{id: c.Args().First(), why: "rolled back", yes: c.Bool("yes"), sessions: c.Int(plan.AllowSessions)})
		},
	}
}

// rollback applies the way back as a change of its own, by the same road.
func (s *session) rollback(c *cli.Context, t target, store *journal.Store, args rollbackArgs) error {
	address := t.options.Address
	back, last, err := s.wayBack(store, address, args.id)
	if err != nil {
		return err
	}
	client, err := s.dial(c.Context, t)
	if err != nil {
		return err
	}
	defer client.Close()
	state, err := client.State(c.Context)
	if err != nil {
		return unreached(c.Context, err)
	}
	// Three-way: what is there must be what the last change left, or it is not ours to undo.
	if err := obstructed(state.Obstacles(), address); err != nil {
		return err
	}
	if !last.Holds(state) {
		return &failure{code: Unfit, name: "changed-since", err: errors.New("what is in force is not what the last change left"), hint: "depeer status --target " + address}
	}
	origin, err := back.Plan()
	if err != nil {
		return err
	}
	if err := choosable(state, origin.Change.Old); err != nil {
		return err
	}
	if err := obstructed(plan.ChoiceObstacles(state, origin.Change.Old), address); err != nil {
		return err
	}
	id := newID()
	p := s.newPlan(t, state, id, *plan.To(remembering(state, last), origin.Change.Old, id))
	if err := allowSessions(p, args.sessions); err != nil {
		return err
	}
	p.Touched = origin.Touched // likely the same again
	if before := s.before(store, address, back.ID); before != nil {
		p.Lists, p.Providers = before.Lists, before.Providers
	}
	if !args.yes {
		if err := s.ask(c, address, p.Server); err != nil {
			return err
		}
	}
	lock, err := s.lock(store, address)
	if err != nil {
		return err
	}
	entry, result, err := s.change(c.Context, t, client, lock, p, journal.Start{Action: "rollback", Undoes: back.ID})
	failed := s.outcome(c.Context, address, result, err)
	if pending, pendingErr := lock.Pending(); failed == nil && pendingErr == nil && pending != nil {
		failed = lock.Disarm(pending.Entry, args.why)
	}
	if failed = errors.Join(failed, lock.Unlock()); failed != nil {
		return failed
	}
	return s.view.Apply(t.outcomeOf(entry, result))
}

// wayBack returns the entry to go back before, and the plan that was applied last.
func (s *session) wayBack(store *journal.Store, address, id string) (*journal.Record, *plan.Plan, error) {
	last, err := lastApplied(store, address)
	if err != nil {
		return nil, nil, err
	}
	if last == nil {
		return nil, nil, &failure{code: Failed, name: "no-history", err: fmt.Errorf("nothing was applied to %s from this machine", address)}
	}
	records, err := store.History(address)
	if err != nil {
		return nil, nil, err
	}
	for i := len(records) - 1; i >= 0; i-- {
		r := &records[i]
		if tookEffect(r) && (id == "" && r.Begun.Action != actionRepair || r.ID == id) {
			return r, last, nil
		}
	}
	return nil, nil, &failure{code: Invalid, name: "no-such-change", err: fmt.Errorf("no change %s was applied to %s", id, address), hint: "depeer history --target " + address}
}

// before returns the plan whose result was in force before an entry, or nil.
func (s *session) before(store *journal.Store, address, id string) *plan.Plan {
	records, err := store.History(address)
	if err != nil {
		return nil
	}
	var last *plan.Plan
	for i := range records {
		if records[i].ID == id {
			break
		}
		if tookEffect(&records[i]) {
			last, _ = records[i].Plan()
		}
	}
	return last
}
