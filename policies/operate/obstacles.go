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

// checkObstacles turns obstacles into the failure that they mean.
func checkObstacles(obstacles []plan.Obstacle, address string) error {
	if len(obstacles) == 0 {
		return nil
	}
	f := &Error{Kind: Unfit, Name: "unfit"}
	for _, o := range obstacles {
		switch o.Code {
		case plan.Rejecting:
			f.Name, f.Hint = "routes-rejected", CureOfRejecting(address)
		case plan.CutOff:
			f.Kind, f.Name, f.Hint = Held, "cut-off", "depeer recover --target "+address
		case plan.Locked:
			if f.Kind != Held {
				f.Kind, f.Name, f.Hint = Held, "locked",
					"wait; or, if its process is dead: depeer recover --target "+address
			}
		case plan.NotOurs:
			if f.Kind == Unfit && f.Name != "routes-rejected" {
				f.Kind, f.Name, f.Hint = Held, "changed-by-hand", "look at it; --take-over replaces it"
			}
		case plan.NotAnchored:
			if f.Hint == "" {
				f.Name, f.Hint = "not-anchored", "depeer emit --anchor says what to paste into gobgpd.conf, and "+
					"what its reload costs"
			}
		case plan.GroupLacks:
			if f.Hint == "" {
				f.Name, f.Hint = "not-anchored", "edit that peer group in gobgpd.conf, and reload: gobgpd takes one "+
					"changed group at each reload; then plan gives it to sessions that are up"
			}
		case plan.ListsLost:
			if f.Kind == Unfit && f.Name != "lists-lost" {
				f.Name, f.Hint = "lists-lost", CureOfLostLists(address)
			}
		case plan.Stuck:
			if f.Hint == "" {
				f.Name, f.Hint = "stuck", "plan --take-over takes everything out first; or apply without its "+
					"choices, and then with them"
			}
		case plan.NoClient:
			if f.Hint == "" {
				f.Name, f.Hint = "no-client", "route-server-client = true in the section of each neighbor whose "+
					"routes are to be treated"
			}
		case plan.GlobalList:
			if f.Hint == "" {
				f.Name, f.Hint = "global-list", "take it out of global.apply-policy: it belongs into the lists of "+
					"route-server clients"
			}
		case plan.DecidesBefore:
			if f.Hint == "" {
				f.Name, f.Hint = "decides-before", "put depeer first in that client's list"
			}
		}
	}
	f.Err = errors.New(DescribeObstacles(obstacles))
	return f
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
