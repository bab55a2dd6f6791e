package apply

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
)

// comparison compares what policies make of one client's routes: those that may have treated the routes
// in the table, and the one that treats them now. nil: our policy is not in the client's list.
type comparison struct {
	was []*eval.Evaluator
	now *eval.Evaluator
	// blind: what was in force is not known, so every route may change.
	blind bool
	// alone: ours is the only policy in the client's list.
	alone bool
	// prepends are ASNs that the operator's policies may prepend before ours.
	prepends []filters.ASN
}

// compareFunc returns the comparison for a client, as the target now has it, at one stage of a change.
type compareFunc func(c plan.Client) comparison

// compareApplied is the compareFunc after the live call.
func (r *run) compareApplied(c plan.Client) comparison {
	was := r.hadEvaluators(c.Address)
	return comparison{was: was, now: r.ifObeyed(c, r.newPolicy()), blind: r.change.Unsure &&
		was[0] != nil, alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// compareUndone is the compareFunc of an undo. The old policy treats routes again. The new one may have
// treated them, or none, where the change has assigned or removed our policy.
func (r *run) compareUndone(c plan.Client) comparison {
	return comparison{was: append(r.hadEvaluators(c.Address), r.newPolicy(), nil), now: r.ifObeyed(c, r.oldPolicy()),
		blind: r.change.Unsure, alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// compareFinished is the compareFunc when a change that was cut off is finished. The old policy may have
// treated routes, or none.
func (r *run) compareFinished(c plan.Client) comparison {
	return comparison{was: []*eval.Evaluator{r.oldPolicy(), nil}, now: r.ifObeyed(c, r.newPolicy()),
		blind: r.change.Unsure,
		alone: isAlone(c), prepends: r.before.PrependsBefore(c)}
}

// hadEvaluators returns the evaluators that treated a client's routes before the change.
func (r *run) hadEvaluators(client netip.Addr) []*eval.Evaluator {
	for _, c := range r.before.Clients {
		if c.Address == client {
			return []*eval.Evaluator{r.ifObeyed(c, r.oldPolicy())}
		}
	}
	return []*eval.Evaluator{nil}
}

// ifObeyed returns e if our policy is in the client's import list, and nil otherwise.
func (r *run) ifObeyed(c plan.Client, e *eval.Evaluator) *eval.Evaluator {
	if slices.Contains(c.Import.Policies, policies.ImportPolicy) {
		return e
	}
	return nil
}

// isAlone says whether the client's import list has one policy only.
func isAlone(c plan.Client) bool { return len(c.Import.Policies) == 1 }

// oldPolicy returns the evaluator of the old policy.
func (r *run) oldPolicy() *eval.Evaluator {
	if r.old == nil {
		r.old = eval.New(r.change.Judged())
	}
	return r.old
}

// sameName compares statements by name, which is a hash of their contents and of their sets.
func sameName(a, b policies.Statement) bool { return a.Name == b.Name }

// newPolicy returns the evaluator of the new policy.
func (r *run) newPolicy() *eval.Evaluator {
	switch {
	case r.new != nil:
	case !r.change.Unsure && slices.EqualFunc(r.change.Old.Import, r.change.New.Import, sameName):
		r.new = r.oldPolicy() // the same generation: only clients that get our policy change
	default:
		r.new = eval.New(r.change.New)
	}
	return r.new
}

// isIdle says whether no route at all can change.
func (j comparison) isIdle() bool {
	return !j.blind && !slices.ContainsFunc(j.was, func(e *eval.Evaluator) bool { return e != j.now })
}

// changesRoute says whether a route is now treated otherwise than before, and whether it is untreated
// both now and before. Tags of members' choices count as treatment: neither the tags of old choices nor
// tags that a member sends may stay in the table.
func (j comparison) changesRoute(r *policies.Route) (changes, untreated bool) {
	changes, untreated = j.changesAsItIs(r)
	for _, v := range j.routeVariants(r) {
		alsoChanges, alsoUntreated := j.changesAsItIs(&v)
		changes, untreated = changes || alsoChanges, untreated && alsoUntreated
	}
	return changes, untreated
}

// changesAsItIs is changesRoute for a route as it is announced.
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

// routeVariants returns the forms in which a route can reach our policy if the operator's policies
// prepend before.
func (j comparison) routeVariants(r *policies.Route) []policies.Route {
	var out []policies.Route
	for _, asn := range j.prepends {
		v := *r
		v.Path = append([]filters.ASN{asn}, r.Path...)
		out = append(out, v)
	}
	return out
}

// isUncertain says whether the treatment of a route depends on what the operator's policies prepend.
func (j comparison) isUncertain(r *policies.Route) bool {
	return slices.ContainsFunc(j.routeVariants(r), func(v policies.Route) bool {
		return effectOf(j.now, &v) != effectOf(j.now, r) || !slices.Equal(tagsOf(j.now, &v), tagsOf(j.now, r))
	})
}

// scrubsRoute says whether the policies before and now scrub different communities from a route.
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

// givesTags says whether the policy gives routes tags: what is tagged is not the member's own.
func (j comparison) givesTags() bool { return j.now != nil && j.now.GivesTags() }

// isTagged says whether a route has tags now, or may have had.
func (j comparison) isTagged(r *policies.Route) bool {
	return len(tagsOf(j.now, r)) > 0 || slices.ContainsFunc(j.was,
		func(e *eval.Evaluator) bool { return len(tagsOf(e, r)) > 0 })
}

// tagsOf returns the tags that a route has in the table.
func tagsOf(e *eval.Evaluator, r *policies.Route) []policies.LargeCommunity {
	if e != nil {
		return e.Tags(r)
	}
	return tagsIn(r)
}

// tagsIn returns the tags of a route, sorted.
func tagsIn(r *policies.Route) []policies.LargeCommunity {
	if !slices.ContainsFunc(r.LargeCommunities, policies.LargeCommunity.IsTag) {
		return nil
	}
	tags := slices.DeleteFunc(slices.Clone(r.LargeCommunities),
		func(c policies.LargeCommunity) bool { return !c.IsTag() })
	slices.SortFunc(tags, policies.LargeCommunity.Compare)
	return tags
}

// effectOf returns the effect of a policy on a route; "" for none.
func effectOf(e *eval.Evaluator, r *policies.Route) string {
	if e == nil {
		return ""
	}
	return e.Effect(e.Verdict(r))
}
