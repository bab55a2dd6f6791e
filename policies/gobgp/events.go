package gobgp

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies/plan"
)

// Peers yields the state of each neighbor, and then each change, until ctx ends. An error wraps
// plan.ErrUnreachable, and ends the sequence. Peers does not notice that a daemon has gone silent: Pulse
// has a deadline.
func (c *Client) Peers(ctx context.Context) iter.Seq2[plan.PeerEvent, error] {
	return func(yield func(plan.PeerEvent, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		stream, err := c.api.WatchEvent(ctx, &api.WatchEventRequest{Peer: &api.WatchEventRequest_Peer{}})
		for err == nil {
			var answer *api.WatchEventResponse
			if answer, err = stream.Recv(); err != nil {
				break
			}
			peer := answer.GetPeer().GetPeer()
			address, invalid := netip.ParseAddr(peer.GetState().GetNeighborAddress())
			if invalid != nil {
				continue // "all have been told", or an interface without an address yet
			}
			event := plan.PeerEvent{
				Address: address.Unmap(), ASN: filters.ASN(peer.GetState().GetPeerAsn()),
				Up: peer.GetState().GetSessionState() == api.PeerState_ESTABLISHED,
			}
			if !yield(event, nil) {
				return
			}
		}
		if ctx.Err() == nil {
			yield(plan.PeerEvent{}, fmt.Errorf("%s: events: %w: %w", c.address, plan.ErrUnreachable, err))
		}
	}
}

// LongestUp returns the age of the oldest session that is up; 0 if none is. The route server has run at least
// that long.
func (c *Client) LongestUp(ctx context.Context) (time.Duration, error) {
	var longest time.Duration
	err := listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{}, func(a *api.ListPeerResponse) {
		if up := a.Peer.GetTimers().GetState().GetUptime(); up != nil &&
			a.Peer.GetState().GetSessionState() == api.PeerState_ESTABLISHED {
			longest = max(longest, time.Since(up.AsTime()))
		}
	})
	return longest, err
}
