package cli

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

func historyCommand(s *session) *cli.Command {
	args := targetFlags{command: "history"}
	return &cli.Command{
		Name:      "history",
		Usage:     "says what was done to a route server from this machine",
		ArgsUsage: " ",
		Flags:     []cli.Flag{args.bindTarget()},
		Action: func(c *cli.Context) error {
			t, err := s.findTarget(args, s.readExchange())
			if err != nil {
				return err
			}
			store, err := s.openStore()
			if err != nil {
				return err
			}
			records, err := store.History(t.Address)
			if err != nil {
				return err
			}
			result := view.History{Target: t.Address}
			for i := range records {
				result.Changes = append(result.Changes, describeRecord(&records[i]))
			}
			return s.view.History(result)
		},
	}
}

func showCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "show",
		Usage:     "shows a plan, or a change of the history, in full",
		ArgsUsage: "ID|PLAN",
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return cmdline.NewUsageError("depeer show ID|PLAN", "show takes one ID or plan")
			}
			store, err := s.openStore()
			if err != nil {
				return err
			}
			record, err := store.Find(c.Args().First())
			if err != nil {
				p, planErr := s.readPlan(c.Args().First())
				if planErr != nil && errors.Is(err, journal.ErrAmbiguous) {
					return &operate.Error{Kind: operate.Invalid, Name: "ambiguous", Err: err,
						Hint: "depeer show with more of the ID"}
				}
				if planErr != nil {
					return &operate.Error{Kind: operate.Invalid, Name: "no-such-change",
						Err: fmt.Errorf("%s is neither a change of the history nor a plan: %w", c.Args().First(),
							planErr)}
				}
				return s.view.Show(view.Show{Plan: p})
			}
			if record.Unread != nil {
				return &operate.Error{Kind: operate.Failed, Name: "unread", Err: record.Unread}
			}
			change := describeRecord(record)
			p, err := record.Plan()
			if err != nil {
				change.Unread = err.Error()
			}
			return s.view.Show(view.Show{Plan: p, Change: &change, Events: record.Events})
		},
	}
}

// describeRecord returns what users read of an entry.
func describeRecord(r *journal.Record) view.Recorded {
	out := view.Recorded{
		ID: r.ID, Time: r.From, By: r.By.By, Outcome: r.Outcome,
		Action: r.Begun.Action, Undoes: r.Begun.Undoes, Overrides: r.Begun.Overrides, Limits: r.Begun.Limits,
		Lists:       r.Begun.Lists,
		PolicyLists: r.Begun.PolicyLists, AcceptedLists: r.Begun.AcceptedLists,
	}
	switch {
	case r.Unread != nil:
		out.Action, out.Outcome, out.Unread = "unknown", "unknown", r.Unread.Error()
	case out.Outcome == "":
		out.Outcome = "cut off"
	}
	return out
}
