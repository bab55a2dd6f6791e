package run

import (
	"context"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/rib"
	"depeer/policies/watch"
)

// countMembers counts members and their routes, by the daemon's own counters. Routes of a session that is
// kept down, or is about to be, do not come back: it counts them neither now nor before.
func (k *keeper) countMembers(ctx context.Context, f *watch.Finding, state *plan.State) error {
	f.Shut = findShut(state, k.found.last)
	if p := k.found.judged; p != nil && p.Foreseen != nil {
		for _, m := range p.Foreseen.Members {
			if !slices.Contains(f.Shut, m.Address) {
				f.RoutesBefore += m.Accepted
			}
		}
	}
	for _, c := range state.Clients {
		if !c.RouteServer || slices.Contains(f.Shut, c.Address) {
			continue
		}
		f.Members++
		f.Routes += c.Accepted
		if c.Up {
			f.Up++
		}
	}
	if f.RoutesBefore > 0 {
		return nil
	}
	since, err := k.client.LongestUp(ctx)
	f.Aged = since > k.Pace.Fill
	return err
}

// findShut returns the clients whose sessions are shut down, by us or by others, and those that the
// policy applied last shuts down: after a restart they are up until that is put back.
func findShut(state *plan.State, last *plan.Plan) []netip.Addr {
	var out []netip.Addr
	for _, c := range state.Clients {
		ours := func(s policies.Session) bool {
			return s.Address == c.Address || !s.Address.IsValid() &&
				s.ASN == c.ASN
		}
		if c.RouteServer && (c.AdminDown || last != nil && slices.ContainsFunc(last.Wanted().Sessions, ours)) {
			out = append(out, c.Address)
		}
	}
	return out
}

// noteNeighbors notes which neighbors there are, and logs new and lost ones.
func (k *keeper) noteNeighbors(state *plan.State) {
	first := k.members == nil
	members := map[netip.Addr]bool{}
	for _, c := range state.Clients {
		members[c.Address] = true
		if !first && !k.members[c.Address] {
			k.log.Info("new neighbor", "member", c.Address, "asn", c.ASN, "name", k.nameNeighbor(c.Address, c.ASN),
				"up", c.Up)
		}
	}
	for a := range k.members {
		if !members[a] {
			k.log.Info("neighbor is gone", "member", a)
		}
	}
	k.members = members
	k.tellReach(state.OutOfReach())
}

// tellReach logs the neighbors that are no route-server clients, each once.
func (k *keeper) tellReach(clients []plan.Client) {
	beyond := map[netip.Addr]bool{}
	for _, c := range clients {
		beyond[c.Address] = true
		if !k.beyond[c.Address] {
			k.log.Warn("neighbor is no route-server client: nothing of its routes is treated", "member", c.Address,
				"asn", c.ASN, "name", k.nameNeighbor(c.Address, c.ASN))
		}
	}
	k.beyond = beyond
}

// nameNeighbor returns the exchange file's name of a neighbor; "" for none.
func (k *keeper) nameNeighbor(address netip.Addr, asn filters.ASN) string {
	if x := k.currentExchange(); x != nil {
		return operate.FindMemberName(x, rib.Peer{Address: address, ASN: asn})
	}
	return ""
}

func (k *keeper) currentExchange() *exchange.Exchange {
	if r := k.sources.Current(); r != nil {
		return r.Exchange
	}
	return nil
}
