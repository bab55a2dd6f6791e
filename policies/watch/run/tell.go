package run

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// A watch logs each decision in one line, with enough to tell later why a route was refused on a day.

// logStep logs the outcome of a step.
func (k *keeper) logStep(do watch.Do, d done, took time.Duration) {
	line := []any{"took", took.Round(time.Millisecond).String()}
	if d.plan != nil {
		line = append(line, "plan", d.plan.ID, "lists", refsOf(d.plan.Lists), "change", d.plan.Change.String())
		if len(d.plan.Overrides) > 0 {
			line = append(line, "overrides", fmt.Sprint(d.plan.Overrides))
		}
	}
	if d.entry != "" {
		proof := d.result.Proof
		line = append(line, "entry", d.entry, "outcome", d.result.Outcome.String(), "reset", d.result.Reset,
			"refused", proof.Refused, "changed", proof.Changed, "passed", proof.Passed, "unproven", proof.Unproven,
			"not_delivered", proof.NotDelivered)
	}
	if d.err != nil {
		line = append(line, "error", d.err)
		if f := new(operate.Error); errors.As(d.err, &f) && len(f.Diagnostics) > 0 {
			line = append(line, "problem", f.Diagnostics[0].String())
		}
	}
	switch d.outcome {
	case watch.Did:
		if d.err != nil {
			k.log.Error(pastOf(do)+", and not all is well", line...)
			break
		}
		k.log.Info(pastOf(do), line...)
	case watch.Would:
		k.log.Info("would "+do.String()+", and does not: --dry-run", line...)
	case watch.Refused:
		k.log.Warn("refused by guards: it waits for a person", line...)
	case watch.Busy, watch.Stale, watch.Gone:
		k.log.Warn(do.String()+" did not begin", line...)
	default:
		k.log.Error(do.String()+" failed", line...)
	}
}

func pastOf(do watch.Do) string {
	return map[watch.Do]string{watch.Recover: "recovered", watch.Repair: "repaired", watch.Change: "applied"}[do]
}

// refsOf names lists so that they can be found again.
func refsOf(lists []plan.ListRef) string {
	words := make([]string, len(lists))
	for i, l := range lists {
		words[i] = fmt.Sprintf("%s %s sha256 %.12s", l.Name, l.Updated, l.Digest)
	}
	return strings.Join(words, ", ")
}

// logRefusals logs which guards refuse a plan, and the overrides that would pass them.
func (k *keeper) logRefusals(drafted operate.Draft) {
	for _, g := range drafted.Guards {
		if g.OK {
			continue
		}
		line := []any{"guard", g.Code, "value", g.Value, "limit", g.Limit, "of", g.Base, "lists",
			refsOf(drafted.Plan.Lists)}
		if g.Member != nil {
			line = append(line, "member", g.Member)
		}
		if g.Flag != "" {
			line = append(line, "override", fmt.Sprintf("%s %d", g.Flag, g.Suggest))
		}
		k.log.Warn("guard refuses", line...)
	}
}

// mostProviders is how many providers of one change are logged: the history has them all.
const mostProviders = 200

// logProviders logs the providers of a change.
func (k *keeper) logProviders(drafted operate.Draft, d done) {
	for i, c := range drafted.Changes {
		if i == mostProviders {
			k.log.Info("and more", "plan", drafted.Plan.ID, "providers", len(drafted.Changes)-mostProviders)
			return
		}
		p := c.New
		if c.Verb() == "-" {
			p = c.Old
		}
		k.log.Info("provider", "change", c.Verb(), "list", p.List, "provider", p.ID, "treatment", p.Treatment, "before",
			c.Old.Treatment,
			"why", c.New.Why, "matches", len(p.Matches), "plan", drafted.Plan.ID, "entry", d.entry)
	}
}

// logState logs how the target stands, when that has changed.
func (k *keeper) logState() {
	state := k.brain.State()
	if state == watch.Unreachable && k.client != nil {
		return // it was reached, and has not been looked at
	}
	why := k.found.why
	if state == watch.Behind {
		why = k.waits
	}
	said := state.String() + why + k.found.kept
	if said == k.said {
		return
	}
	k.said = said
	k.numbers.Stands(state, strings.TrimSpace(why+" "+k.found.kept))
	k.updateOrder(time.Now())
	k.tellStatus(k.order.describeAll())
	line := []any{"state", state.String()}
	if why != "" {
		line = append(line, "why", why)
	}
	if k.found.kept != "" {
		line = append(line, "kept", k.found.kept, "hint", "depeer plan and apply, by hand, let lists be applied again")
	}
	k.log.Info("state", line...)
}
