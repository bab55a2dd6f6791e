package gobgp

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
)

// Received yields what a client announces, as it announces it: the Adj-RIB-In,
// IPv4 and then IPv6, in no order. Left out is what gobgpd leaves out before any
// policy: a path through the route server's own ASN. The routes are the caller's
// to keep.
//
// The deadline of ctx is for all of it. Without one the client's timeout is for
// each answer, so that a large table may take its time and a daemon that has gone
// silent is noticed. Errors wrap plan.ErrUnreachable, or plan.ErrRefused, and end
// the sequence.
func (c *Client) Received(ctx context.Context, client netip.Addr) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		own, err := c.readOwnASN(ctx, client)
		for _, family := range families {
			if err != nil {
				break
			}
			more := true
			err = c.listPaths(ctx, c.receivedRequest(client, family), func(p *path) bool {
				own.correctSize(p)
				more = own.hasLoop(p) || yield(p.toRoute(), nil)
				return more
			})
			if !more {
				return
			}
		}
		if err != nil {
			yield(policies.Route{}, fmt.Errorf("%s: routes of %s: %w", c.address, client, err))
		}
	}
}

var families = []*api.Family{{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST},
	{Afi: api.Family_AFI_IP6, Safi: api.Family_SAFI_UNICAST}}

// receivedRequest asks for the Adj-RIB-In of a client.
func (c *Client) receivedRequest(client netip.Addr, family *api.Family) *api.ListPathRequest {
	return &api.ListPathRequest{TableType: api.TableType_ADJ_IN, Name: c.findSpelling(client), Family: family}
}

// ownASN is when gobgpd sees a loop in what a client announces, and how long the ASNs of
// its session are. 3.37 counts the ASN of its global section in the path, whatever local-as
// the neighbor has and whatever the identifier of a confederation is
// (TestFactLoopsAreOfTheGlobalASN).
type ownASN struct {
	asn       filters.ASN // of the global section
	allowed   int         // times that it may be in a path
	twoOctets bool
}

// correctSize corrects the size of a path that the client announces.
func (o ownASN) correctSize(p *path) {
	if o.twoOctets {
		p.size.fromTwoOctets(p.attributes.ASPath)
	}
}

func (o ownASN) hasLoop(p *path) bool { return p.countASN(o.asn) > o.allowed }

func (c *Client) readOwnASN(ctx context.Context, client netip.Addr) (ownASN, error) {
	all, err := c.readOwnASNs(ctx, c.findSpelling(client))
	own, found := all[client]
	if err == nil && !found {
		err = fmt.Errorf("%w: it has no such neighbor", plan.ErrRefused)
	}
	return own, err
}

// readOwnASNs returns that of one neighbor, or of all where name is "".
func (c *Client) readOwnASNs(ctx context.Context, name string) (map[netip.Addr]ownASN, error) {
	all := make(map[netip.Addr]ownASN)
	global, err := c.globalASN(ctx)
	if err != nil {
		return nil, err
	}
	err = listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{Address: name}, func(a *api.ListPeerResponse) {
		spelled := a.Peer.GetState().GetNeighborAddress()
		if address, err := netip.ParseAddr(spelled); err == nil {
			c.noteSpelling(address, spelled)
			all[address] = ownASN{global, int(a.Peer.GetConf().GetAllowOwnAsn()), readAgreed(a.Peer).TwoOctets}
		}
	})
	return all, err
}

// globalASN returns the ASN of gobgpd's global section.
func (c *Client) globalASN(ctx context.Context) (filters.ASN, error) {
	bounded, cancel := c.withDeadline(ctx)
	defer cancel()
	global, err := c.api.GetBgp(bounded, &api.GetBgpRequest{})
	if err != nil {
		return 0, readError(err)
	}
	return filters.ASN(global.GetGlobal().GetAsn()), nil
}

// listView yields the shared table of the route server as gobgpd shows it to one
// client, best paths first: without the client's own, and those through its ASN.
func (c *Client) listView(ctx context.Context, client netip.Addr, prefixes []*api.TableLookupPrefix,
	each func(*path) bool) error {
	more := true
	for _, family := range families {
		r := &api.ListPathRequest{TableType: api.TableType_LOCAL, Name: c.findSpelling(client), Family: family,
			Prefixes: prefixes}
		err := c.listPaths(ctx, r, func(p *path) bool {
			more = each(p)
			return more
		})
		if err != nil && !isUnsupported(err) || !more {
			return err
		}
	}
	return nil
}

// isUnsupported says whether the route server has no such family at all.
func isUnsupported(err error) bool {
	return errors.Is(err, plan.ErrRefused) && strings.Contains(err.Error(), "address family: ")
}

// noNeighbor says whether the route server knows no neighbor of that address.
func noNeighbor(err error) bool {
	return errors.Is(err, plan.ErrRefused) && strings.Contains(err.Error(), "doesn't exist")
}
