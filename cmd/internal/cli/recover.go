package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/urfave/cli/v2"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

func recoverCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "recover",
		Usage:     "finishes or undoes what was cut off",
		ArgsUsage: " ",
		Description: "Exits 0 if it was finished, or there was nothing to do, and 9 if it was undone. Takes over the\n" +
			"lock of a dead process of this machine; --break-lock is for other machines.",
		Flags: append(targetFlags(), yesFlag,
			&cli.StringFlag{Name: "break-lock",
				Usage: "take the lock of `ID`, whose process is dead on another machine"}),
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

func (s *session) recover(c *cli.Context, t operate.Target) error {
	address := t.Address
	store, err := s.store()
	if err != nil {
		return err
	}
	lock, err := store.Lock(address, self())
	if errors.Is(err, journal.ErrLocked) {
		return &operate.Error{Kind: operate.Held, Name: "locked", Err: err, Hint: "its process is alive"}
	} else if err != nil {
		return err
	}
	err = s.recoverLocked(c, t, lock)
	return errors.Join(err, lock.Unlock())
}

// cutOff is what is to be recovered.
type cutOff struct {
	record *journal.Record // of this machine; nil where another one was at work
	id     string          // of the plan that was being applied: it holds the daemon's lock
	unread []string        // likewise, of entries that cannot be read
	plan   *plan.Plan      // nil where only the target tells of it
}

// shutting returns the sessions that the journal says were being shut.
func (c cutOff) shutting() []netip.Addr {
	var out []netip.Addr
	if c.record == nil {
		return nil
	}
	for _, e := range c.record.Events {
		if e.Call != nil && e.Call.Verb == plan.ShutSession {
			out = append(out, e.Call.Client)
		}
	}
	return out
}

// recoverLocked does it, holding the lock of this machine.
func (s *session) recoverLocked(c *cli.Context, t operate.Target, lock *journal.Lock) error {
	address := t.Address
	cut, err := lastCutOff(lock)
	if err != nil {
		return &operate.Error{Kind: operate.Failed, Name: "state", Err: err}
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
	if cut.record == nil && len(state.Holders) == 0 && state.Status(nil, false) == plan.InSync {
		return s.settleFile(t, state)
	}
	if err := mayBreak(address, state, append(cut.unread, cut.id, c.String("break-lock"))...); err != nil {
		return err
	}
	s.tooMuch(state.InForce(), t.MaxAddedBytes, "what is in force")
	if cut.plan != nil {
		s.tooMuch(cut.plan.Wanted(), t.MaxAddedBytes, "what was being applied")
	}
	if err := s.ask(c, address, state.Server); err != nil {
		return err
	}
	entry, err := s.resume(t, lock, cut, state)
	if err != nil {
		return &operate.Error{Kind: operate.Failed, Name: "journal", Err: fmt.Errorf("%w; nothing was changed", err)}
	}
	result, err := s.leadOut(c.Context, t, client, state.Server, cut, entry)
	if result.Outcome == apply.Restored && err == nil {
		return s.obeyed(c.Context, t, client, cut.plan)
	}
	return s.recovered(c.Context, t, entry, result, err)
}

// obeyed looks, after what was before was put back, whether every client that obeyed it then
// does so now: a restart may have taken our policies out of their lists.
func (s *session) obeyed(ctx context.Context, t operate.Target, client *gobgp.Client, p *plan.Plan) error {
	restored := &operate.Error{Kind: operate.Restored, Name: "restored",
		Err: errors.New("undone; what was before is in force again")}
	hint := "depeer repair --target " + t.Address
	state, err := client.State(ctx)
	if err != nil {
		return &operate.Error{Kind: operate.Unclear, Name: "partial",
			Err: fmt.Errorf("undone; whether every client obeys what was before is not known: %w", err), Hint: hint}
	}
	if lost := operate.Disobeying(state, p); len(lost) > 0 {
		return &operate.Error{Kind: operate.Unclear, Name: "partial", Hint: hint,
			Err: fmt.Errorf("undone, and what was before is there, but not in force for %d of %d clients: %s not in "+
				"the import list of %s", len(lost), state.Members(), policies.ImportPolicy, lost[0].Address)}
	}
	return restored
}

// leadOut goes on with what was cut off, and ends its journal if it is over.
func (s *session) leadOut(ctx context.Context, t operate.Target, client *gobgp.Client, server plan.Server, cut cutOff,
	entry *journal.Entry) (apply.Result, error) {
	applier := s.applier(t, client, entry, cmp.Or(cut.id, "recover-"+newID()))
	applier.Cut = cut.shutting()
	applier.Keep = s.keep(t, server, cut.plan, entry, true)
	result, err := applier.Recover(ctx, cut.plan)
	if result.Outcome == apply.Partial || result.Outcome == apply.Untouched && cut.record != nil {
		return result, errors.Join(err, entry.Close())
	}
	return result, errors.Join(err, entry.End(result.Outcome.String()))
}

// lastCutOff returns what this machine was at when it was cut off. An entry that is a
// recovery itself, of another machine's change, has no plan that tells what was before; one
// whose plan cannot be read is led out by what the target tells, likewise.
func lastCutOff(lock *journal.Lock) (cutOff, error) {
	unread, err := lock.Unread()
	if err != nil {
		return cutOff{}, err
	}
	cut := cutOff{}
	for _, r := range unread {
		cut.unread = append(cut.unread, r.Begun.Plan)
	}
	unfinished, err := lock.Unfinished()
	if err != nil || len(unfinished) == 0 {
		return cut, err
	}
	cut.record = &unfinished[len(unfinished)-1]
	cut.id = cut.record.Begun.Plan
	if cut.record.Begun.Action != actionRecover {
		cut.plan, err = cut.record.Plan()
	}
	if errors.As(err, new(*journal.UnreadError)) {
		err = nil
	}
	return cut, err
}

// actionRecover is how the journal calls a recovery of another machine's change.
const actionRecover = "recover"

// resume goes on with the journal of what was cut off, or begins one of what the
// target tells.
func (s *session) resume(t operate.Target, lock *journal.Lock, cut cutOff, state *plan.State) (*journal.Entry, error) {
	if cut.record != nil {
		return lock.Resume(cut.record.ID)
	}
	shown := state.HalfWay()
	return lock.Begin(s.newPlan(t, state, cmp.Or(shown.ID, newID()), shown.Change),
		journal.Start{Action: actionRecover})
}

// recovered shows what came of it.
func (s *session) recovered(ctx context.Context, t operate.Target, entry *journal.Entry, result apply.Result,
	err error) error {
	if err != nil {
		return s.outcome(ctx, t.Address, result, err)
	}
	return s.view.Apply(s.outcomeOf(t, entry, result))
}

// mayBreak says whether the locks that the daemon holds may be taken off: that of
// the plan which this machine was applying, or one that the user names.
func mayBreak(address string, state *plan.State, ours ...string) error {
	for _, holder := range state.Holders {
		if slices.Contains(ours, holder) {
			continue
		}
		return &operate.Error{Kind: operate.Held, Name: "locked",
			Err:  fmt.Errorf("%s holds the lock, and its journal is not on this machine", holder),
			Hint: "depeer recover --target " + address + " --break-lock " + holder}
	}
	return nil
}
