package apply

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Standing is what the tables say of the routes of a client that the policy in force treats.
type Standing struct {
	Address    netip.Addr
	ASN        filters.ASN
	Proof      Proof
	Attributes AttributeProofs
}

// Stand compares what clients announce with the tables, under the policy in force, and changes nothing. It
// returns the clients whose treated routes lack a part of their treatment, which the operator's
// policies have changed. It looks once, so that it can count routes wrong that change meanwhile. No
// statement in s may stand behind a gate.
func Stand(ctx context.Context, d Daemon, s *plan.State, inForce *policies.RoutingPolicy) ([]Standing, error) {
	p := &plan.Plan{Change: plan.Change{Old: inForce, New: inForce}}
	r := (&Applier{Daemon: d, Log: slog.New(slog.DiscardHandler)}).beginRun(p, s)
	lengths := length.New(length.Question{Policy: inForce, Members: length.AfterChange(s)})
	var out []Standing
	for _, c := range s.Clients {
		if !c.RouteServer || !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			continue
		}
		t := &client{Client: c, comparison: r.compareApplied(c), viewers: viewersOf(c, s.Clients), lengths: lengths}
		t.comparison.alone = false // a route that lacks something counts, whatever removed it
		r.result.Proof, r.result.Attributes = Proof{}, AttributeProofs{}
		if _, err := r.compareClient(ctx, t, nil, newCoverage(inForce, inForce)); err != nil {
			return nil, fmt.Errorf("routes of %s: %w", c.Address, err)
		}
		if proof := r.result.Proof; proof.Overruled+proof.Untagged > 0 {
			out = append(out, Standing{c.Address, c.ASN, proof, r.result.Attributes})
		}
	}
	return out, nil
}
