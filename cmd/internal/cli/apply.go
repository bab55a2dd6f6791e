package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/cmd/internal/view"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// yesFlag answers the question that writing commands ask. It passes no guard.
var yesFlag = &cli.BoolFlag{Name: "yes", Usage: "do it without asking; passes no guard"}

func applyCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "does exactly what a plan says, and proves it",
		ArgsUsage: "PLAN",
		Description: "Refuses a plan that the target has changed under. What fails is undone; what cannot be\n" +
			"is said, with the command to go on with.",
		Flags: append(targetFlags()[1:], yesFlag, soakFlag(usualSoak),
			&cli.StringFlag{Name: "target", Usage: "`all`: apply the plans that depeer plan --target all -o PLAN " +
				"has kept, one target after another"},
			&cli.DurationFlag{Name: "confirm-within",
				Usage: "restore what was before, unless confirm comes within this `TIME`"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return usage("depeer apply PLAN", "apply takes one plan, which depeer plan -o keeps")
			}
			if isAll(c) {
				return s.applyAll(c, c.Args().First())
			}
			if c.String("target") != "" {
				return usage("depeer apply PLAN", "a plan says itself which target it is for; --target all is for "+
					"those of all targets")
			}
			p, err := s.readPlan(c.Args().First())
			if err != nil {
				return err
			}
			return s.applyPlan(c, p, journal.Start{Action: "apply"})
		},
	}
}

// readPlan reads a plan file. One that was altered does not fit any target.
func (s *session) readPlan(name string) (*plan.Plan, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, &operate.Error{Kind: operate.Invalid, Name: "invalid-input",
			Err: fmt.Errorf("%s: %w", name, wanted.Reason(err))}
	}
	defer file.Close()
	p, err := plan.Decode(file)
	switch {
	case errors.Is(err, plan.ErrAltered):
		return nil, &operate.Error{Kind: operate.Unfit, Name: "plan-altered", Err: fmt.Errorf("%s: %w", name, err),
			Hint: "make a new one: depeer plan"}
	case err != nil:
		return nil, &operate.Error{Kind: operate.Invalid, Name: "invalid-input", Err: fmt.Errorf("%s: %w", name, err),
			Hint: "depeer plan ... -o FILE makes one"}
	}
	return p, nil
}

// writePlan keeps a plan in a file that only its user reads.
func (s *session) writePlan(name string, p *plan.Plan) error {
	return s.write(name, func(w io.Writer) error { return plan.Encode(w, p) }, 0o600)
}

// applyPlan asks, applies p, and shows what came of it.
func (s *session) applyPlan(c *cli.Context, p *plan.Plan, start journal.Start) error {
	if err := s.ask(c, p.Target, p.Server); err != nil {
		return err
	}
	t, err := s.findTarget(c, s.exchangeOf(), p.Target)
	if err != nil {
		return err
	}
	a, err := s.carryOut(c, t, p, start)
	if err != nil {
		return err
	}
	return s.view.Apply(a)
}

// carryOut connects, and applies p under a journal entry.
func (s *session) carryOut(c *cli.Context, t operate.Target, p *plan.Plan, start journal.Start) (view.Apply, error) {
	none := view.Apply{}
	if err := s.fileReady(t, p); err != nil {
		return none, err
	}
	client, err := s.dial(c.Context, t)
	if err != nil {
		return none, err
	}
	defer client.Close()
	var beyond []view.Neighbor
	var fit *plan.State
	if start.Action == "apply" && (!p.Clear || p.Then != nil) { // the off-switch works whatever the file says
		state, err := s.fitsStill(c.Context, client, t)
		if err != nil {
			return none, err
		}
		beyond, fit = outOfReach(state), state
	}
	store, err := s.store()
	if err != nil {
		return none, err
	}
	if fit != nil {
		if err := s.sizesAgain(store, t, p, fit); err != nil {
			return none, err
		}
	}
	lock, err := s.lock(store, p.Target)
	if err != nil {
		return none, err
	}
	if p.Then != nil {
		start.Action = "take-over"
	}
	pending, err := s.waiting(lock, p)
	if err != nil {
		return none, errors.Join(err, lock.Unlock())
	}
	entry, result, err := s.change(c.Context, t, client, lock, p, start)
	if p.Then != nil && err == nil && result.Outcome == apply.Applied {
		entry, result, err = s.then(c.Context, client, t, lock, p)
	}
	if failed := s.outcome(c.Context, p.Target, result, err); failed != nil {
		return none, errors.Join(failed, lock.Unlock())
	}
	if p.WayBack() {
		if err := s.disarm(lock, pending, "cleared"); err != nil {
			return none, errors.Join(err, lock.Unlock())
		}
	}
	if within := c.Duration("confirm-within"); within > 0 && result.Outcome == apply.Applied {
		a, err := s.awaitConfirm(c.Context, store, lock, t, p, entry, within)
		a.OutOfReach = beyond
		return a, err
	}
	a := s.outcomeOf(t, entry, result)
	a.OutOfReach = beyond
	if p.WayBack() {
		s.leftAfterClear(c.Context, client, p, &a)
	}
	return a, lock.Unlock()
}

// exchangeOf reads the exchange file for its targets alone. What is wrong with it
// matters only where a target is named that is to be found there.
func (s *session) exchangeOf() *exchange.Exchange {
	x, diags := s.reader.ReadExchange()
	s.confWrong = operate.Verdict(diags)
	return x
}

// lock takes the lock of this machine. An apply that was cut off is to be
// recovered first.
func (s *session) lock(store *journal.Store, address string) (*journal.Lock, error) {
	lock, err := store.Lock(address, self())
	if errors.Is(err, journal.ErrLocked) {
		return nil, &operate.Error{Kind: operate.Held, Name: "locked", Err: err}
	}
	if err != nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "state", Err: err}
	}
	unfinished, err := lock.Unfinished()
	if err == nil && len(unfinished) > 0 {
		err = fmt.Errorf("%s was cut off", unfinished[0].ID)
	}
	if err != nil {
		return nil, errors.Join(&operate.Error{Kind: operate.Held, Name: "cut-off", Err: err,
			Hint: "depeer recover --target " + address}, lock.Unlock())
	}
	return lock, nil
}

// change applies p, journalling.
func (s *session) change(ctx context.Context, t operate.Target, client *gobgp.Client, lock *journal.Lock, p *plan.Plan,
	start journal.Start) (*journal.Entry, apply.Result, error) {
	start.Holder = p.ID // whoever finds its journal knows whose the daemon's lock is
	if len(p.PolicyLists) > 0 {
		start.Action = actionRepair
	}
	entry, err := lock.Begin(p, start)
	if err != nil {
		return nil, apply.Result{Outcome: apply.Untouched}, &apply.JournalError{Err: err}
	}
	applier := s.applier(t, client, entry, start.Holder)
	if len(p.PolicyLists) == 0 {
		applier.Keep = s.keep(t, p.Server, p, entry, start.Undoes != "")
	}
	if start.Undoes == "" { // a way back does not wait for lists that were lost, and learns nothing
		applier.LastSeen = s.lastSeen(lock)
		applier.Fit = func(state *plan.State) { s.remember(lock, p, state) }
	}
	result, err := applier.Apply(ctx, p)
	if result.Outcome == apply.Partial {
		return entry, result, errors.Join(err, entry.Close()) // without an end: recover finds it
	}
	return entry, result, errors.Join(err, entry.End(s.outcomeFor(result.Outcome, p, start)))
}

// outcomeFor is how the journal calls what became of a change: that there was nothing to do
// is recorded where the history expected something else to be in force, and a step back is one
// whatever it had to do.
func (s *session) outcomeFor(o apply.Outcome, p *plan.Plan, start journal.Start) string {
	if o == apply.Nothing && (start.Undoes != "" || operate.Says(p, s.lastKnown(p.Target))) {
		return operate.Recorded
	}
	return o.String()
}

func (s *session) applier(t operate.Target, client *gobgp.Client, entry *journal.Entry, holder string) *apply.Applier {
	return &apply.Applier{Daemon: client, Journal: entry, Holder: holder, Log: s.log, Timeout: t.Timeout,
		Progress: s.view.Progress}
}

// outcomeApplied is how the journal calls a change that is in force.
var outcomeApplied = apply.Applied.String()

// outcome turns what became of a change into the failure that it means, or nil.
func (s *session) outcome(ctx context.Context, address string, result apply.Result, err error) error {
	if err == nil {
		return nil
	}
	var (
		stale      *apply.StaleError
		obstacle   *apply.ObstacleError
		journalled *apply.JournalError
		guarded    *apply.GuardError
		unkept     *apply.FileError
	)
	switch {
	case errors.As(err, &unkept) && result.Outcome != apply.Partial:
		return outOfStep(result.Outcome, err, address)
	case result.Outcome == apply.Partial:
		return &operate.Error{Kind: operate.Unclear, Name: "partial", Err: fmt.Errorf("%s: %w", result.Known, err),
			Hint: "depeer recover --target " + address}
	case result.Outcome == apply.Applied:
		return &operate.Error{Kind: operate.Unclear, Name: "partial",
			Err:  fmt.Errorf("the change is in force, and proven; %w", err),
			Hint: "depeer recover --target " + address}
	case result.Outcome == apply.Restored:
		return &operate.Error{Kind: operate.Restored, Name: "restored",
			Err: fmt.Errorf("%w; what was before is in force again", err)}
	case errors.As(err, &stale):
		return &operate.Error{Kind: operate.Unfit, Name: "stale", Err: err, Hint: "make a new plan"}
	case errors.As(err, &obstacle):
		return obstructed(obstacle.Obstacles, address)
	case errors.As(err, &guarded):
		return &operate.Error{Kind: operate.Guarded, Name: "guard", Err: fmt.Errorf("%w; nothing was changed", err),
			Hint: "make a new plan, and look at it"}
	case errors.As(err, &journalled):
		return &operate.Error{Kind: operate.Failed, Name: "journal", Err: fmt.Errorf("%w; nothing was changed", err)}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, plan.ErrUnreachable):
		return &operate.Error{Kind: operate.Unreached, Name: "unreached", Err: err}
	case errors.Is(err, plan.ErrRefused):
		return &operate.Error{Kind: operate.Held, Name: "locked", Err: err, Hint: "somebody else is at work there"}
	default:
		return &operate.Error{Kind: operate.Failed, Name: "failed", Err: fmt.Errorf("%w; nothing was changed", err)}
	}
}

// ask has a person type the target's router id, unless --yes answers.
func (s *session) ask(c *cli.Context, address string, server plan.Server) error {
	if c.Bool("yes") {
		return nil
	}
	in, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return usage("depeer "+c.Command.Name+" ... --yes", "there is no terminal to ask on")
	}
	fmt.Fprintf(s.Err, "depeer: to change %s, type its router id (%s): ", address, server.RouterID)
	line, err := bufio.NewReader(in).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(line) != server.RouterID.String() {
		return &operate.Error{Kind: operate.Failed, Name: "not-confirmed",
			Err: errors.New("that is not its router id; nothing was changed")}
	}
	return nil
}

// outcomeOf is what users read of a change that was made.
func outcomeOf(address string, entry *journal.Entry, r apply.Result) view.Apply {
	a := view.Apply{
		Target: address, Outcome: r.Outcome.String(), Sessions: r.Sessions, Polluted: r.Polluted,
		NotDelivered: r.NotDelivered, PolicyLists: r.Lists,
		Refused: r.Proof.Refused, Changed: r.Proof.Changed, Overruled: r.Proof.Overruled, Already: r.Proof.Already,
		Uncertain: r.Proof.Uncertain, Attributes: view.AttributesOf(r.Attributes),
		Passed: r.Proof.Passed, Unproven: r.Proof.Unproven, Tagged: r.Proof.Tagged, Untagged: r.Proof.Untagged,
	}
	if entry != nil {
		a.ID = entry.ID
	}
	for _, client := range r.Reset {
		a.Reset = append(a.Reset, client.String())
	}
	return a
}
