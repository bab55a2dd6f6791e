package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

func clearCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "clear",
		Usage:     "the off-switch: takes everything of ours out of a route server",
		ArgsUsage: " ",
		Description: "Needs no list, and works whatever state the target is in. Shows the plan; with --yes it is\n" +
			"done at once, with -o it is kept for apply.",
		Flags: append(targetFlags(), yesFlag, soakFlag(0),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"}),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer clear --target rs1", "clear takes no lists")
			}
			if isAll(c) {
				return s.clearAll(c)
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			return s.clear(c, t)
		},
	}
}

func (s *session) clear(c *cli.Context, t operate.Target) error {
	result, err := s.clearing(c.Context, t, !c.Bool("yes"))
	if err != nil {
		return err
	}
	if c.Bool("yes") {
		return s.applyPlan(c, result.Plan, journal.Start{Action: "clear"})
	}
	if err := s.describeFile(t, &result); err != nil {
		return err
	}
	if err := s.finishPlan(result, planArgs{output: c.String("output")}); err != nil {
		return err
	}
	if c.String("output") == "" && !result.Nothing() {
		return usage("depeer clear --target "+t.Address+" --yes, or -o FILE",
			"nothing was changed: clear needs --yes or -o")
	}
	return nil
}

// clearing plans what takes everything of ours out of a target. look: routes are looked at
// for what stays all the same.
func (s *session) clearing(ctx context.Context, t operate.Target, look bool) (view.Plan, error) {
	client, err := s.dial(ctx, t)
	if err != nil {
		return view.Plan{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return view.Plan{}, unreached(ctx, err)
	}
	s.tooMuch(state.InForce(), t.MaxAddedBytes, "what is in force, until it is out,")
	id, state := newID(), s.remembered(state, t.Address)
	p := s.newPlan(t, state, id, *plan.Clear(state, id))
	p.Clear = true
	if err := obstructed(p.Obstacles(state), t.Address); err != nil {
		return view.Plan{}, err
	}
	for _, group := range state.Listing() {
		s.view.Note("peer group %s of gobgpd.conf lists %s or %s: its sessions that come up from now on have it "+
			"again, and it does nothing; take it out of the group, and clear once more, before the definitions are "+
			"taken out of the file",
			group, policies.ImportPolicy, policies.ExportPolicy)
	}
	server := describeTarget(t, state)
	result := view.Plan{Plan: p, Impact: view.Impact{At: s.now, Server: &server, OutOfReach: outOfReach(state),
		Lists: p.Lists, Summary: p.Change.Summary()}}
	if look {
		s.staysAfter(ctx, client, state, &result)
	}
	return result, nil
}

// describeFile adds what becomes of the target's file.
func (s *session) describeFile(t operate.Target, result *view.Plan) (err error) {
	result.Persist, err = s.lookAtFile(t, result.Plan, nil, &result.Diagnostics)
	return err
}
