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
	// Do makes one writing call, which its errors name. When it returns without error, the call has
	// taken effect. Its deadline is that of the context, or else one of its own.
	Do(context.Context, plan.Call) error
	// Received yields what a client announces, as it announces it (Adj-RIB-In).
	Received(ctx context.Context, client netip.Addr) iter.Seq2[policies.Route, error]
	// Seen yields the paths to these very prefixes that passed their announcers'
	// import policies, with the attributes that these left, as far as they are shown to
	// a client: without its own, and those through its ASN.
	Seen(ctx context.Context, client netip.Addr, prefixes []netip.Prefix) iter.Seq2[policies.Route, error]
}

// Journal is where each call is written before it is made. When Intend returns
// without error, the call is on disk. Done is told what came of the call that was
// intended last.
type Journal interface {
	Intend(plan.Call) error
	Done(plan.Call, error) error
}
