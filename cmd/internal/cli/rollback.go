package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// rollbackArgs say what is taken back, and why.
type rollbackArgs struct {
	id  string // of an entry; "" for the last
	why string
	yes bool
	// sessions is how many of members may be shut again; whatever: as many as there were,
	// for going back by itself.
	sessions guard.Override
	whatever bool
}

func rollbackCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "rollback",
		Usage:     "goes back to what was in force before a change",
		ArgsUsage: "[ID]",
		Description: "Without an ID, one step back each time: a rollback, an expiry, a recovery and a repair are no\n" +
			"steps. IDs may be shortened. Shows what would change, and asks. Refuses if somebody has\n" +
			"changed ours since.",
		Flags: append(targetFlags(), yesFlag,
			&cli.GenericFlag{Name: guard.AllowSessions, Value: new(override),
				Usage: "shut up to `N` sessions of members again, or N% of the members"},
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
			return s.rollback(c, t, store, rollbackArgs{id: c.Args().First(), why: "rolled back", yes: c.Bool("yes"),
				sessions: overrideOf(c, guard.AllowSessions)})
		},
	}
}

// rollback applies the way back as a change of its own, by the same road.
func (s *session) rollback(c *cli.Context, t operate.Target, store *journal.Store, args rollbackArgs) error {
	address := t.Address
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
	if !operate.Stands(state, last) && !(args.whatever && operate.Lost(state)) {
		return &operate.Error{Kind: operate.Unfit, Name: "changed-since",
			Err:  errors.New("what is in force is not what the last change left"),
			Hint: "depeer status --target " + address}
	}
	origin, err := back.Plan()
	if err != nil {
		return err
	}
	want, before, err := s.backTo(store, address, back, origin)
	if err != nil {
		return err
	}
	if err := choosable(state, want); err != nil {
		return err
	}
	if err := obstructed(plan.ChoiceObstacles(state, want), address); err != nil {
		return err
	}
	s.tooMuch(want, t.MaxAddedBytes, "what is put back")
	id := newID()
	p := s.newPlan(t, state, id, operate.Back(remembering(state, last), want, origin, id))
	if err := allowSessions(p, args.sessions, args.whatever); err != nil {
		return err
	}
	p.Touched = origin.Touched // likely the same again
	if before != nil {
		p.Lists, p.Providers, p.Counted = before.Lists, before.Providers, before.Counted
	}
	if !args.yes {
		if err := s.showBack(c, t, state, p); err != nil {
			return err
		}
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
	if w, unknown := waitsOf(lock.Pending()); failed == nil && unknown == nil {
		failed = s.disarm(lock, w, args.why)
	}
	if failed = errors.Join(failed, lock.Unlock()); failed != nil {
		return failed
	}
	return s.view.Apply(s.outcomeOf(t, entry, result))
}

// wayBack returns the entry to go back before, and the plan that was applied last.
func (s *session) wayBack(store *journal.Store, address, id string) (*journal.Record, *plan.Plan, error) {
	found, err := readPast(store, address)
	if err != nil {
		return nil, nil, err
	}
	// What cannot be read is in nobody's way: what the last readable change left is to be there.
	last := found.read
	switch {
	case last == nil && found.unread != nil:
		return nil, nil, &operate.Error{Kind: operate.Failed, Name: "no-history", Err: found.unread,
			Hint: "depeer clear --target " + address + " takes everything out"}
	case last == nil:
		return nil, nil, &operate.Error{Kind: operate.Failed, Name: "no-history",
			Err: fmt.Errorf("nothing was applied to %s from this machine", address)}
	}
	if id == "" {
		step, err := operate.Step(store, address, last)
		if errors.Is(err, operate.ErrNoStep) {
			err = &operate.Error{Kind: operate.Failed, Name: "no-history", Err: err,
				Hint: "depeer history --target " + address + ", and depeer rollback ID"}
		}
		return step, last, err
	}
	record, err := store.Show(address, id)
	switch {
	case errors.Is(err, journal.ErrNotFound) || err == nil && record.Unread == nil && !operate.TookEffect(record):
		return nil, nil, &operate.Error{Kind: operate.Invalid, Name: "no-such-change",
			Err: fmt.Errorf("no change %s was applied to %s", id, address), Hint: "depeer history --target " + address}
	case errors.Is(err, journal.ErrAmbiguous):
		return nil, nil, &operate.Error{Kind: operate.Invalid, Name: "no-such-change", Err: err,
			Hint: "depeer history --target " + address}
	case err == nil && record.Unread != nil:
		return nil, nil, &operate.Error{Kind: operate.Failed, Name: "unread", Err: record.Unread}
	}
	return record, last, err
}

// backTo returns the policy that was in force before an entry, and the plan that had put it
// in; nil where that is not known. One that only recorded what it found goes back to what
// history expected until then.
func (s *session) backTo(store *journal.Store, address string, back *journal.Record,
	origin *plan.Plan) (*policies.RoutingPolicy, *plan.Plan, error) {
	before := s.before(store, address, back.ID)
	switch {
	case back.Outcome == operate.Recorded && !origin.WayBack() && before == nil:
		return nil, nil, &operate.Error{Kind: operate.Failed, Name: "no-history",
			Err:  fmt.Errorf("what was in force before %s is not known on this machine", back.ID),
			Hint: "depeer clear --target " + address + " takes everything out"}
	case back.Outcome == operate.Recorded && !origin.WayBack():
		return before.Wanted(), before, nil
	case before != nil && before.Wanted().Digest() != origin.Change.Old.Digest():
		before = nil // a restart came between
	}
	return origin.Change.Old, before, nil
}

// showBack shows what going back changes, before it is asked for.
func (s *session) showBack(c *cli.Context, t operate.Target, state *plan.State, p *plan.Plan) error {
	if err := s.answerable(c); err != nil {
		return err
	}
	server := describeTarget(t, state)
	return s.view.Plan(view.Plan{Plan: p, Begins: true,
		Impact: view.Impact{At: s.now, Server: &server, Lists: p.Lists, Summary: p.Change.Summary()}})
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
		switch {
		case records[i].Unread != nil:
			last = nil // what it left is not known
		case operate.TookEffect(&records[i]):
			last, _ = records[i].Plan()
		}
	}
	return last
}
