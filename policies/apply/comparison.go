package apply

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
)

// comparison says what becomes of one client's routes: what may have been made of those
// that the route server holds, and what is made of them now. nil stands for nothing:
// a policy of ours that is not in the client's list.
type comparison struct {
	was []*eval.Evaluator
	now *eval.Evaluator
	// blind: what was in force cannot be told in our words, so every route may change.
	blind bool
	// alone: no policy of the operator's is asked besides ours.
	alone bool
	// prepends are ASNs that the operator's policies may prepend before ours is asked.
	prepends []filters.ASN
}

// compareFunc is how a part of a change looks at a client, as the target says it is now.
type compareFunc func(c plan.Client) comparison

// compareApplied returns the view of a change that has just been let in.
func (r *run) compareApplied(c plan.Client) comparison {
	was := r.hadEvaluators(c.Address)
	return comparison{was: was, now: r.ifObeyed(c, r.newPolicy()), blind: r.change.Unsure &&
		was[0] != nil, alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// compareUndone returns the view of a change that has just been undone: routes may have met
// the new policy, or none where a list was given or taken, and are to be as before.
func (r *run) compareUndone(c plan.Client) comparison {
	return comparison{was: append(r.hadEvaluators(c.Address), r.newPolicy(), nil), now: r.ifObeyed(c, r.oldPolicy()),
		blind: r.change.Unsure, alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// compareFinished returns the view of a change that was cut off and is finished: routes may have
// met the old policy, or none.
func (r *run) compareFinished(c plan.Client) comparison {
	return comparison{was: []*eval.Evaluator{r.oldPolicy(), nil}, now: r.ifObeyed(c, r.newPolicy()), blind: r.change.Unsure,
		alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// hadEvaluators returns what treated a client's routes before.
func (r *run) hadEvaluators(client netip.Addr) []*eval.Evaluator {
	for _, c := range r.before.Clients {
		if c.Address == client {
			return []*eval.Evaluator{r.ifObeyed(c, r.oldPolicy())}
		}
	}
	return []*eval.Evaluator{nil}
}

// ifObeyed returns e, if the client is asked to obey it.
func (r *run) ifObeyed(c plan.Client, e *eval.Evaluator) *eval.Evaluator {
	if slices.Contains(c.Import.Policies, policies.ImportPolicy) {
		return e
	}
	return nil
}

func isAlone(c plan.Client) bool { return len(c.Import.Policies) == 1 }

func (r *run) oldPolicy() *eval.Evaluator {
	if r.old == nil {
		r.old = eval.New(r.change.Judged())
	}
	return r.old
}

// sameName compares what names tell: all that a statement says, and its sets.
func sameName(a, b policies.Statement) bool { return a.Name == b.Name }

func (r *run) newPolicy() *eval.Evaluator {
	switch {
	case r.new != nil:
	case !r.change.Unsure && slices.EqualFunc(r.change.Old.Import, r.change.New.Import, sameName):
		r.new = r.oldPolicy() // the same generation: nothing changes but for clients that get a place
	default:
		r.new = eval.New(r.change.New)
	}
	return r.new
}

// isIdle says that no route changes, whatever it is.
func (j comparison) isIdle() bool {
	return !j.blind && !slices.ContainsFunc(j.was, func(e *eval.Evaluator) bool { return e != j.now })
}

// changesRoute says whether something else is made of a route now, and whether nothing
// is, and nothing was. The tags of members' choices count: those of the old ones must not
// be left in the table, and no member's own.
func (j comparison) changesRoute(r *policies.Route) (changes, untreated bool) {
	changes, untreated = j.changesAsItIs(r)
	for _, v := range j.routeVariants(r) {
		alsoChanges, alsoUntreated := j.changesAsItIs(&v)
		changes, untreated = changes || alsoChanges, untreated && alsoUntreated
	}
	return changes, untreated
}

func (j comparison) changesAsItIs(r *policies.Route) (changes, untreated bool) {
	now, tags := effectOf(j.now, r), tagsOf(j.now, r)
	untreated = now == "" && len(tags) == 0
	for _, e := range j.was {
		if e == j.now {
			continue
		}
		was, had := effectOf(e, r), tagsOf(e, r)
		changes = changes || was != now || !slices.Equal(had, tags)
		untreated = untreated && was == "" && len(had) == 0
	}
	return changes || j.blind || j.scrubsRoute(r), untreated
}

// routeVariants returns a route as it may come to our policy where the operator's prepend to it
// before.
func (j comparison) routeVariants(r *policies.Route) []policies.Route {
	var out []policies.Route
	for _, asn := range j.prepends {
		v := *r
		v.Path = append([]filters.ASN{asn}, r.Path...)
		out = append(out, v)
	}
	return out
}

// isUncertain says whether what is made of a route depends on what is prepended before.
func (j comparison) isUncertain(r *policies.Route) bool {
	return slices.ContainsFunc(j.routeVariants(r), func(v policies.Route) bool {
		return effectOf(j.now, &v) != effectOf(j.now, r) || !slices.Equal(tagsOf(j.now, &v), tagsOf(j.now, r))
	})
}

// scrubsRoute says whether something else is taken off a route before it is looked at.
func (j comparison) scrubsRoute(r *policies.Route) bool {
	if len(r.LargeCommunities) == 0 {
		return false
	}
	off := func(e *eval.Evaluator) []policies.LargeCommunity {
		if e == nil {
			return nil
		}
		return e.Scrubbed(r)
	}
	now := off(j.now)
	return slices.ContainsFunc(j.was, func(e *eval.Evaluator) bool { return e != j.now && !slices.Equal(off(e), now) })
}

// isTagged says whether a route has tags now, or may have had.
func (j comparison) isTagged(r *policies.Route) bool {
	return len(tagsOf(j.now, r)) > 0 || slices.ContainsFunc(j.was,
		func(e *eval.Evaluator) bool { return len(tagsOf(e, r)) > 0 })
}

// tagsOf returns the tags with which a route comes into the table.
func tagsOf(e *eval.Evaluator, r *policies.Route) []policies.LargeCommunity {
	if e != nil {
		return e.Tags(r)
	}
	return tagsIn(r)
}

// tagsIn returns the tags that a route has, in order.
func tagsIn(r *policies.Route) []policies.LargeCommunity {
	if !slices.ContainsFunc(r.LargeCommunities, policies.LargeCommunity.IsTag) {
		return nil
	}
	tags := slices.DeleteFunc(slices.Clone(r.LargeCommunities),
		func(c policies.LargeCommunity) bool { return !c.IsTag() })
	slices.SortFunc(tags, policies.LargeCommunity.Compare)
	return tags
}

func effectOf(e *eval.Evaluator, r *policies.Route) string {
	if e == nil {
		return ""
	}
	return e.Effect(e.Verdict(r))
}
