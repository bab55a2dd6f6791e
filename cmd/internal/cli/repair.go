package cli

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

func repairCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "repair",
		Usage:     "puts back what was applied last, where a restart or a reload has lost it",
		ArgsUsage: " ",
		Description: "Under the approvals that it had, and never what a person cleared or rolled back. With --lists:\n" +
			"your own policies in clients' lists, and the defaults, as they were last seen. Shows the plan,\n" +
			"and asks; with -o the plan is kept for apply.",
		Flags: append(targetFlags(), yesFlag, soakFlag(usualSoak),
			&cli.BoolFlag{Name: "lists", Usage: "put back your own policies and defaults in clients' lists, and " +
				"nothing else"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer repair --target rs1", "repair takes no lists: it puts back what was applied last")
			}
			if err := s.answerable(c); err != nil {
				return err
			}
			targets, err := s.targetsOf(c)
			if err != nil {
				return err
			}
			return s.repair(c, targets)
		},
	}
}

// answerable says whether somebody can be asked, where that is needed: what is shown
// before a refusal would look like a result.
func (s *session) answerable(c *cli.Context) error {
	in, ok := s.In.(*os.File)
	if c.Bool("yes") || c.String("output") != "" || ok && term.IsTerminal(int(in.Fd())) {
		return nil
	}
	return usage("depeer "+c.Command.Name+" ... --yes, or -o FILE", "there is no terminal to ask on")
}

// remedy is what puts something back on a target.
type remedy struct {
	shown view.Plan // without a plan where there is nothing to put back
	why   string    // there is nothing
}

// repair makes a plan for each target, shows them, asks, and applies them one after
// another.
func (s *session) repair(c *cli.Context, targets []operate.Target) error {
	plans := view.Plans{}
	remedies := make([]remedy, len(targets))
	for i, t := range targets {
		var err error
		if remedies[i], err = s.remedy(c, t); err != nil && len(targets) > 1 {
			return about(t, err)
		} else if err != nil {
			return err
		}
		if remedies[i].shown.Plan != nil {
			plans.Targets = append(plans.Targets, remedies[i].shown)
		}
	}
	if c.String("output") != "" && len(plans.Targets) > 0 {
		if err := s.keepRepair(c, plans, len(targets) > 1); err != nil || !c.Bool("yes") {
			return err
		}
	} else if !c.Bool("yes") {
		if err := s.showRepair(plans); err != nil {
			return err
		}
	}
	for _, p := range plans.Targets {
		if p.Nothing() {
			continue
		}
		if err := s.ask(c, p.Plan.Target, p.Plan.Server); err != nil {
			return err
		}
	}
	if len(targets) > 1 {
		return s.inOrder(c, targets, func(i int) (*plan.Plan, string, error) {
			return remedies[i].shown.Plan,
				remedies[i].why, nil
		}, journal.Start{Action: actionRepair})
	}
	if p := remedies[0].shown; p.Plan == nil {
		return s.view.Apply(nothingToDo(targets[0], remedies[0].why))
	}
	a, err := s.carryOut(c, targets[0], remedies[0].shown.Plan, journal.Start{Action: actionRepair})
	if err != nil {
		return err
	}
	return s.view.Apply(a)
}

// nothingToDo is the result where nothing was to be done, and why.
func nothingToDo(t operate.Target, why string) view.Apply {
	return view.Apply{Target: t.Address, Outcome: apply.Nothing.String(), Why: why}
}

// showRepair shows what is about to be asked for.
func (s *session) showRepair(plans view.Plans) error {
	for _, p := range plans.Targets {
		if p.Begins = true; p.Nothing() {
			continue
		}
		if err := s.view.Plan(p); err != nil {
			return err
		}
	}
	return nil
}

// keepRepair keeps plans for apply, and shows them.
func (s *session) keepRepair(c *cli.Context, plans view.Plans, several bool) error {
	args := planArgs{output: c.String("output")}
	if several {
		return s.finishPlans(plans, args)
	}
	return s.finishPlan(plans.Targets[0], args)
}

// remedy looks at a target, and plans what puts back what it has lost.
func (s *session) remedy(c *cli.Context, t operate.Target) (remedy, error) {
	client, err := s.dial(c.Context, t)
	if err != nil {
		return remedy{}, err
	}
	defer client.Close()
	state, err := client.State(c.Context)
	if err != nil {
		return remedy{}, unreached(c.Context, err)
	}
	store, err := s.store()
	if err != nil {
		return remedy{}, err
	}
	var r remedy
	if c.Bool("lists") {
		r, err = s.remedyOfLists(store, t, state)
	} else {
		r, err = s.remedyOfPolicy(store, t, state)
	}
	if err != nil || r.shown.Plan == nil {
		return r, err
	}
	server := describeTarget(t, state)
	r.shown.At, r.shown.Server, r.shown.Lists, r.shown.Summary = s.now, &server, r.shown.Plan.Lists,
		r.shown.Plan.Change.Summary()
	if len(r.shown.Plan.PolicyLists) == 0 {
		err = s.describeFile(t, &r.shown)
	}
	return r, err
}

// remedyOfPolicy plans what puts back what was applied last.
func (s *session) remedyOfPolicy(store *journal.Store, t operate.Target, state *plan.State) (remedy, error) {
	address := t.Address
	past, err := readPast(store, address)
	if err != nil {
		return remedy{}, err
	}
	if past.unread != nil {
		return remedy{}, &operate.Error{Kind: operate.Failed, Name: "unread", Err: past.unread,
			Hint: "depeer plan, and apply, says what is to be in force"}
	}
	record, last := past.record, past.applied
	if record == nil {
		return remedy{}, &operate.Error{Kind: operate.Failed, Name: "no-history",
			Err:  fmt.Errorf("nothing was applied to %s from this machine: there is nothing to put back", address),
			Hint: "depeer plan, and apply; or --state DIR, where its history is elsewhere"}
	}
	if why := takenBack(record, last); why != "" {
		return remedy{why: "nothing to put back: " + why}, nil
	}
	if operate.RolledBackElsewhere(store, address, state) {
		return remedy{why: "nothing to put back: " + operate.WordsOfRollback(state)}, nil
	}
	state, unknown := recalling(store, address, state)
	p := s.again(t, state, last)
	s.tooMuch(p.Wanted(), t.MaxAddedBytes, "what is put back")
	if err := withAnchor(obstructed(p.Obstacles(state), address), state); err != nil {
		return remedy{}, err
	}
	if last.Holds(remembering(state, last)) {
		return remedy{why: "nothing to put back: what was applied last is in force"}, nil
	}
	return remedy{shown: view.Plan{Plan: p, Impact: view.Impact{Diagnostics: unknown}}}, nil
}

// takenBack says who has taken out what was applied, and when; "" if nobody has. A
// rollback to an earlier policy has put that in force: it is what is put back.
func takenBack(record *journal.Record, p *plan.Plan) string {
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

// remedyOfLists plans what puts the operator's lists back as they were last seen.
func (s *session) remedyOfLists(store *journal.Store, t operate.Target, state *plan.State) (remedy, error) {
	address := t.Address
	lists, err := store.PolicyLists(address)
	if err == nil && lists == nil {
		err = fmt.Errorf("nothing is remembered on this machine of the lists of %s's clients", t.Label())
	}
	if err != nil {
		return remedy{}, &operate.Error{Kind: operate.Failed, Name: "policy-lists-not-remembered", Err: err,
			Hint: "a restart of gobgpd brings back what its file has"}
	}
	state = state.Recalling(lists)
	if len(state.LostLists()) == 0 {
		return remedy{why: "nothing to put back: no client's list has lost what was last seen in it"}, nil
	}
	var applied *policies.RoutingPolicy
	if last, err := lastApplied(store, address); err == nil && last != nil && !last.WayBack() {
		applied = last.Wanted()
	}
	changes, undefined := state.PutBack(applied)
	if len(undefined) > 0 {
		return remedy{}, &operate.Error{Kind: operate.Unfit, Name: "policies-undefined",
			Err: fmt.Errorf("not defined in gobgpd: %s; a list cannot name what is not there",
				strings.Join(undefined, ", ")),
			Hint: "restart gobgpd with a file that has them; or define them there, reload, and then: depeer repair " +
				"--lists --target " + address}
	}
	now := state.InForce()
	p := s.newPlan(t, state, newID(), plan.Change{Old: now, New: now})
	p.PolicyLists = changes
	if err := obstructed(p.Obstacles(state), address); err != nil {
		return remedy{}, err
	}
	return remedy{shown: view.Plan{Plan: p}}, nil
}
