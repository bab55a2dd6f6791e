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

// Standing is what the tables say of a client's routes that the policy in force treats.
type Standing struct {
	Address    netip.Addr
	ASN        filters.ASN
	Proof      Proof
	Attributes AttributeProofs
}

// Stand compares, without changing anything, what clients announce with what the tables hold
// under the policy in force, and returns the clients whose treated routes lack something of
// it: the operator's policies take it off. What changes meanwhile may be counted wrong: it is
// looked at once. No statement in s may stand behind a gate.
func Stand(ctx context.Context, d Daemon, s *plan.State, inForce *policies.RoutingPolicy) ([]Standing, error) {
	p := &plan.Plan{Change: plan.Change{Old: inForce, New: inForce}}
	r := (&Applier{Daemon: d, Log: slog.New(slog.DiscardHandler)}).beginRun(p, s)
	lengths := length.New(length.Question{Policy: inForce, Members: length.AfterChange(s)})
	var out []Standing
	for _, c := range s.Clients {
		if !c.RouteServer || !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			continue
		}
		t := &client{Client: c, judge: r.compareApplied(c), viewers: viewersOf(c, s.Clients), lengths: lengths}
		t.judge.alone = false // what lacks something is counted, whatever took it off
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
