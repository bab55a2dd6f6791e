package run

import (
	"context"
	"errors"
	"time"

	"depeer/policies/apply"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// done is what came of an attempt.
type done struct {
	outcome watch.Outcome
	entry   string
	plan    *plan.Plan
	result  apply.Result
	err     error
}

// outcomes are what the kinds of errors of operations mean for the keeper.
var outcomes = map[operate.Kind]watch.Outcome{
	operate.Failed:      watch.Failed,
	operate.Differs:     watch.Failed,
	operate.Invalid:     watch.Failed,
	operate.Guarded:     watch.Refused,
	operate.Unfit:       watch.Stale,
	operate.Held:        watch.Busy,
	operate.Unreached:   watch.Gone,
	operate.Unclear:     watch.Partial,
	operate.Restored:    watch.Failed,
	operate.Interrupted: watch.Failed,
}

// outcomeOf says what an error of an operation means.
func outcomeOf(err error) watch.Outcome {
	outcome, known := outcomes[operate.KindOf(err)]
	if !known {
		return watch.Failed // and not Did, which is zero
	}
	return outcome
}

// explainOutcome fills in the outcome of a change, and says what its error means for the target.
func (k *keeper) explainOutcome(ctx context.Context, turn *operate.Operator, d done) done {
	if d.err == nil {
		return d
	}
	if d.result.Outcome == apply.Applied { // and something beside it went wrong, such as the file
		d.outcome = watch.Did
		return d
	}
	d.err = turn.ExplainOutcome(ctx, k.target.Address, d.result, d.err)
	d.outcome = outcomeOf(d.err)
	return d
}

// joinError adds an error to those of an attempt.
func (d done) joinError(err error) done {
	if err != nil {
		d.err = errors.Join(d.err, err)
	}
	return d
}

// measureStep notes for metrics what came of a step.
func (k *keeper) measureStep(do watch.Do, d done, took time.Duration) {
	switch d.outcome {
	case watch.Did:
		k.numbers.Made(time.Now(), do.String(), d.result.Outcome.String(), took)
	case watch.Failed, watch.Partial, watch.Gone:
		k.numbers.Failed(do.String())
	}
}
