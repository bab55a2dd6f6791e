package cli

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

func recoverCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "recover",
		Usage:     "finishes or undoes what was cut off",
		ArgsUsage: " ",
		Description: "Exits 0 if it was finished, or there was nothing to do, and 9 if it was undone. Takes over the\n" +
			"lock of a dead process of this machine; --break-lock is for other machines.",
		Flags: append(targetFlags(), yesFlag, &cli.StringFlag{Name: "break-lock", Usage: "take the lock of `ID`, whose process is dead on another machine"}),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer recover --target rs1", "recover takes no files")
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			return s.recover(c, t)
		},
	}
}

func (s *session) recover(c *cli.Context, t target) error {
	address := t.options.Address
	store, err := s.store()
	if err != nil {
		return err
	}
	lock, err := store.Lock(address, self())
	if errors.Is(err, journal.ErrLocked) {
		return &failure{code: Held, name: "locked", err: err, hint: "its process is alive"}
	} else if err != nil {
		return err
	}
	err = s.recoverLocked(c, t, lock)
	return errors.Join(err, lock.Unlock())
}

// recoverLocked does it, holding the lock of this machine.
func (s *session) recoverLocked(c *cli.Context, t target, lock *journal.Lock) error {
	address := t.options.Address
	unfinished, err := lock.Unfinished()
	if err != nil {
		return &failure{code: Failed, name: "state", err: err}
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
	var p *plan.Plan
	var entry *journal.Entry
	if len(unfinished) > 0 {
		last := &unfinished[len(unfinished)-1]
		if p, err = last.Plan(); err == nil {
			entry, err = lock.Resume(last.ID)
		}
	} else if len(state.Holders) == 0 && state.Status(nil, false) == plan.InSync {
		return s.view.Apply(view.Apply{Target: address, Outcome: apply.Nothing.String()})
	} else {
		// What the target tells of a change that another machine was making.
		shown := state.HalfWay()
		shown = s.newPlan(t, state, cmp.Or(shown.ID, newID()), shown.Change)
		entry, err = lock.Begin(shown, journal.Start{Action: "recover"})
	}
	if err != nil {
		return &failure{code: Failed, name: "journal", err: err}
	}
	if err := s.mayBreak(c, address, p, state); err != nil {
		return errors.Join(err, entry.Close())
	}
	if err := s.ask(c, address, state.Server); err != nil {
		return errors.Join(err, entry.Close())
	}
	a := s.applier(c, client, entry, cmp.Or(holderOf(p), "recover-"+newID()))
	result, err := a.Recover(c.Context, p)
	if result.Outcome == apply.Partial || result.Outcome == apply.Untouched {
		return errors.Join(s.outcome(c.Context, address, result, err), entry.Close())
	}
	if err := errors.Join(err, entry.End(result.Outcome.String())); err != nil {
		return err
	}
	if result.Outcome == apply.Restored {
		return &failure{code: Restored, name: "restored", err: errors.New("undone; what was before is in force again")}
	}
	return s.view.Apply(outcomeOf(address, entry, result))
}

// holderOf returns who holds the daemon's lock while a plan is applied: the plan, so
// that whoever finds its journal knows whose it is.
func holderOf(p *plan.Plan) string {
	if p == nil {
		return ""
	}
	return p.ID
}

// mayBreak says whether the locks that the daemon holds may be taken off: that of
// the plan which this machine was applying, or one that the user names.
func (s *session) mayBreak(c *cli.Context, address string, p *plan.Plan, state *plan.State) error {
	for _, holder := range state.Holders {
		if holder == holderOf(p) || holder == c.String("break-lock") {
			continue
		}
		return &failure{code: Held, name: "locked", err: fmt.Errorf("%s holds the lock, and its journal is not on this machine", holder), hint: "depeer recover --target " + address + " --break-lock " + holder}
	}
	return nil
}
