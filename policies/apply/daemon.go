package apply

import (
	"context"
	"iter"
	"net/netip"

	"depeer/policies"
	"depeer/policies/plan"
)

// Daemon is a running route server. Errors of its methods wrap one of
// plan.ErrUnreachable, plan.ErrUnknown and plan.ErrRefused.
type Daemon interface {
	// State reads all policy, in several calls: it is no snapshot of one instant.
	State(context.Context) (*plan.State, error)
	// Do makes one writing call. When it returns without error, the call has
	// taken effect.
	Do(context.Context, plan.Call) error
	// Received yields what a client announces, as it announces it (Adj-RIB-In).
	Received(ctx context.Context, client netip.Addr) iter.Seq2[policies.Route, error]
	// Table yields every path that passed its announcer's import policies, with
	// the attributes that they left.
	Table(context.Context) iter.Seq2[policies.Route, error]
}
