package run

import (
	"context"
	"net/netip"

	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// lookForPollution looks for routes that are treated already, where there are no lists to count routes
// by. It looks for the treatments of the policies in force now, and before.
func (k *keeper) lookForPollution(ctx context.Context, turn *operate.Operator, state *plan.State) {
	x, now := k.currentExchange(), operate.JudgedInForce(state)
	found, err := turn.FindPolluted(ctx, k.client, state, x, append(turn.FindPast(k.target.Address, now), now)...)
	if err != nil {
		if ctx.Err() == nil {
			k.log.Warn("routes could not be looked at", "error", err)
		}
		return
	}
	k.tellPolluted(found)
}

// tellPolluted says which members have routes that are treated already, or announced so:
// once when that begins, and once when it is over.
func (k *keeper) tellPolluted(all []impact.Polluted) {
	k.numbers.Polluted(all)
	now := make(map[netip.Addr]bool, len(all))
	for _, m := range all {
		if now[m.Address] = true; !k.polluted[m.Address] {
			k.log.Warn("routes are treated already, or announced so", "member", m.Address, "asn", m.ASN, "name", m.Name,
				"prefixes", m.Prefixes, "cure", operate.Cure)
		}
	}
	for a := range k.polluted {
		if !now[a] {
			k.log.Info("no route is treated already any more", "member", a)
		}
	}
	k.polluted = now
}
