package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/filters/trust"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// applyArgs are the flags of apply.
type applyArgs struct {
	targetFlags
	askFlags
	soak    time.Duration
	options operate.ApplyOptions
}

func applyCommand(s *session) *cli.Command {
	args := applyArgs{targetFlags: targetFlags{command: "apply"}, askFlags: askFlags{command: "apply"},
		options: operate.ApplyOptions{Action: operate.ActionApply}}
	return &cli.Command{
		Name:      "apply",
		Usage:     "does exactly what a plan says, and proves it",
		ArgsUsage: "PLAN",
		Description: "Refuses a plan that the target has changed under. What fails is undone; what cannot be\n" +
			"is said, with the command to go on with.",
		Flags: append(args.bindConnection(), args.bindYes(), bindSoak(&args.soak, usualSoak),
			&cli.StringFlag{Name: "target", Destination: &args.target,
				Usage: "`all`: apply the plans that depeer plan --target all -o PLAN " +
					"has kept, one target after another"},
			&cli.DurationFlag{Name: "confirm-within", Destination: &args.options.ConfirmWithin,
				Usage: "restore what was before, unless confirm comes within this `TIME`"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return cmdline.NewUsageError("depeer apply PLAN", "apply takes one plan, which depeer plan -o keeps")
			}
			if args.isAll() {
				return s.applyAll(c.Context, &args, c.Args().First())
			}
			if args.target != "" {
				return cmdline.NewUsageError("depeer apply PLAN",
					"a plan says itself which target it is for; --target all is for "+
						"those of all targets")
			}
			p, err := s.readPlan(c.Args().First())
			if err != nil {
				return err
			}
			return s.applyPlan(c.Context, args.targetFlags, args.askFlags, p, args.options)
		},
	}
}

// readPlan reads a plan file. One that was altered does not fit any target.
func (s *session) readPlan(name string) (*plan.Plan, error) {
	file, err := s.trustRule().Open(name, trust.Any)
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
	return s.writeOutput(name, func(w io.Writer) error { return plan.Encode(w, p) }, 0o600)
}

// applyPlan asks, applies p, and shows what came of it.
func (s *session) applyPlan(ctx context.Context, f targetFlags, ask askFlags, p *plan.Plan,
	options operate.ApplyOptions) error {
	if err := s.askForRouterID(ask, p.Target, p.Server); err != nil {
		return err
	}
	f.target = p.Target
	t, err := s.findTarget(f, s.readExchange())
	if err != nil {
		return err
	}
	return s.showResult(s.newOperator().Apply(ctx, t, p, options))
}

// showResult shows what came of a change.
func (s *session) showResult(result operate.Result, err error) error {
	if err != nil {
		return err
	}
	err = s.view.Apply(result)
	if err != nil && changesSomething(result) {
		return outputLost(result.Target+": "+result.Outcome, err, "depeer status --target "+result.Target)
	}
	return err
}

// changesSomething says whether a result tells of something that was done.
func changesSomething(r operate.Result) bool { return r.Outcome != apply.Nothing.String() }

// showResults shows what came of changes to several targets.
func (s *session) showResults(results []operate.Result, err error) error {
	if err != nil {
		return err
	}
	err = s.view.Applied(results)
	if err != nil && slices.ContainsFunc(results, changesSomething) {
		return outputLost(formatCount(len(results), "target")+" applied, or as asked for already", err,
			"depeer status --target all")
	}
	return err
}

// readExchange reads the exchange file for its targets alone. Its errors matter only where a target's
// name is looked up in it.
func (s *session) readExchange() *exchange.Exchange {
	x, diags := s.reader.ReadExchange()
	s.confWrong = operate.Verdict(diags)
	return x
}

// askForRouterID has a person type the target's router id, unless --yes answers.
func (s *session) askForRouterID(f askFlags, address string, server plan.Server) error {
	if f.yes {
		return nil
	}
	in, ok := s.In.(*os.File)
	if !ok || !term.IsTerminal(int(in.Fd())) {
		return cmdline.NewUsageError("depeer "+f.command+" ... --yes", "there is no terminal to ask on")
	}
	fmt.Fprintf(s.Err, "depeer: to change %s, type its router id (%s): ", view.Escape(address), server.RouterID)
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
