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
	// State reads all policy. It makes several calls, so that its result is no snapshot of one instant.
	State(context.Context) (*plan.State, error)
	// Do makes one writing call, which its errors name. When it returns without error, the call has
	// taken effect. Its deadline is that of the context, or else one of its own.
	Do(context.Context, plan.Call) error
	// Received yields what a client announces, as it announces it (Adj-RIB-In).
	Received(ctx context.Context, client netip.Addr) iter.Seq2[policies.Route, error]
	// Seen yields the paths to exactly these prefixes that have passed the import policies of their
	// announcers, with the attributes that the policies left, as gobgpd shows them to a client: without
	// the client's own paths, and without paths through its ASN.
	Seen(ctx context.Context, client netip.Addr, prefixes []netip.Prefix) iter.Seq2[policies.Route, error]
}

// Journal records each call before it is made. When Intend returns without error, the call is on disk.
// Done records the result of the last intended call.
type Journal interface {
	Intend(plan.Call) error
	Done(plan.Call, error) error
}
