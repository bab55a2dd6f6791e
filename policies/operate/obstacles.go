package operate

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"depeer/policies/plan"
)

// Connect reaches a target. Nothing has been changed if it fails.
func (o *Operator) Connect(ctx context.Context, t Target) (Daemon, error) {
	client, err := o.Dial(ctx, t)
	if err != nil {
		return nil, NotReached(ctx, err)
	}
	return client, nil
}

// NotReached says that a target was not reached before anything was written.
func NotReached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Kind: Unreached, Name: "unreached", Err: err}
}

// obstacleFailure is the failure that obstacles of one code mean.
type obstacleFailure struct {
	name string
	hint string              // TARGET stands for the address of the target
	cure func(string) string // the hint, by the target's address; nil: hint has it
	held bool                // Kind is Held, and otherwise stays as it is
	over func(*Error) bool   // whether it takes the place of the failure that earlier obstacles mean
}

// obstacleFailures are those of the codes of package plan. The name and the hint are of the most pressing
// obstacle, which is not overAny the first one.
var obstacleFailures = map[plan.ObstacleCode]obstacleFailure{
	plan.Rejecting: {name: "routes-rejected", cure: CureOfRejecting, over: overAny},
	plan.CutOff:    {name: "cut-off", hint: "depeer recover --target TARGET", held: true, over: overAny},
	plan.Locked: {name: "locked", hint: "wait; or, if its process is dead: depeer recover --target TARGET", held: true,
		over: overUnheld},
	plan.NotOurs: {name: "changed-by-hand", hint: "look at it; --take-over replaces it", held: true,
		over: func(f *Error) bool { return overUnheld(f) && f.Name != "routes-rejected" }},
	plan.ListsLost: {name: "lists-lost", cure: CureOfLostLists,
		over: func(f *Error) bool { return overUnheld(f) && f.Name != "lists-lost" }},
	plan.NotAnchored: {name: "not-anchored",
		hint: "depeer emit --anchor says what to paste into gobgpd.conf, and what " +
			"its reload costs", over: overNothing},
	plan.GroupLacks: {name: "not-anchored", hint: "edit that peer group in gobgpd.conf, and reload: gobgpd takes one " +
		"changed group at each reload; then plan gives it to sessions that are up", over: overNothing},
	plan.Stuck: {name: "stuck", hint: "plan --take-over takes everything out first; or apply without its choices, " +
		"and then with them", over: overNothing},
	plan.NoClient: {name: "no-client",
		hint: "route-server-client = true in the section of each neighbor whose routes " +
			"are to be treated", over: overNothing},
	plan.GlobalList: {name: "global-list", hint: "take it out of global.apply-policy: it belongs into the lists of " +
		"route-server clients", over: overNothing},
	plan.DecidesBefore: {name: "decides-before", hint: "put depeer first in that client's list", over: overNothing},
}

func overAny(*Error) bool       { return true }
func overUnheld(f *Error) bool  { return f.Kind != Held }
func overNothing(f *Error) bool { return f.Hint == "" }

// checkObstacles turns obstacles into the failure that they mean.
func checkObstacles(obstacles []plan.Obstacle, address string) error {
	if len(obstacles) == 0 {
		return nil
	}
	f := &Error{Kind: Unfit, Name: "unfit"}
	for _, o := range obstacles {
		failure, known := obstacleFailures[o.Code]
		if !known || !failure.over(f) {
			continue
		}
		if failure.held {
			f.Kind = Held
		}
		f.Name, f.Hint = failure.name, failure.hintFor(address)
	}
	f.Err = errors.New(DescribeObstacles(obstacles))
	return f
}

// hintFor returns the hint for a target.
func (f obstacleFailure) hintFor(address string) string {
	if f.cure != nil {
		return f.cure(address)
	}
	return strings.ReplaceAll(f.hint, "TARGET", address)
}

// DescribeObstacles says what obstacles are in one line, in their order. What is the same of several
// members is one item.
func DescribeObstacles(obstacles []plan.Obstacle) string {
	var words []string
	members := make(map[plan.Obstacle][]string) // by what is the same
	alike := func(o plan.Obstacle) (plan.Obstacle, bool) {
		_, err := netip.ParseAddr(o.Object)
		return plan.Obstacle{Code: o.Code, Why: o.Why}, err == nil
	}
	for _, o := range obstacles {
		if key, is := alike(o); is {
			members[key] = append(members[key], o.Object)
		}
	}
	for _, o := range obstacles {
		key, is := alike(o)
		same := members[key]
		switch {
		case !is || len(same) == 1:
			words = append(words, o.Object+": "+o.Why)
		case o.Object == same[0]:
			words = append(words, fmt.Sprintf("%s (%s): %s", Count(len(same), "member"), plan.FirstOf(same), o.Why))
		}
	}
	return strings.Join(words, "; ")
}

// formatAge writes how long ago something was, as people say it.
func formatAge(d time.Duration) string {
	switch {
	case d < 0:
		return "not yet"
	case d < 2*time.Minute:
		return d.Truncate(time.Second).String()
	case d < 2*time.Hour:
		return d.Truncate(time.Minute).String()
	case d < 48*time.Hour:
		return d.Truncate(time.Hour).String()
	default:
		return Count(int(d.Hours()/24), "day")
	}
}
