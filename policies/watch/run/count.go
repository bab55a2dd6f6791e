package run

import (
	"context"
	"runtime/debug"
	"time"

	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate"
)

// countRoutes counts what becomes of routes, which lists them all.
func (k *keeper) countRoutes(ctx context.Context) {
	defer func() { k.brain.OnCount(time.Now()) }()
	turn, state := k.operatorAt(ctx, k.Clock()), k.found.state
	if k.want == nil || k.want.policy == nil {
		k.lookForPollution(ctx, turn, state)
		return
	}
	defer debug.FreeOSMemory()
	in := *k.want.in
	q := impact.Question{Lists: in.Compiled, Old: k.want.policy, New: k.want.policy,
		Members: operate.ListSessions(state, in.Exchange)}
	q.Past = turn.FindPast(k.target.Address, q.Old)
	var result operate.Impact
	if err := turn.LookAtRoutes(ctx, &in, q, operate.RouteOptions{}, k.client, state, &result); err != nil {
		if ctx.Err() == nil {
			k.log.Warn("routes could not be counted", "error", err)
		}
		return
	}
	k.numbers.Counted(time.Now(), result.Report)
	k.tellPolluted(result.Report.Polluted)
	k.tellLengths(result.Lengths)
}

// listRefusing returns the codes of the guards that refuse.
func listRefusing(guards []guard.Result) []string {
	var codes []string
	for _, g := range guards {
		if !g.OK {
			codes = append(codes, g.Code)
		}
	}
	return codes
}
