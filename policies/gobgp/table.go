package gobgp

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
)

// Table yields every path that passed its announcer's import policies, with the
// attributes that they left and the announcer as Peer, in no order.
//
// gobgpd 3.37 shows the shared table of a route server only through the eyes of a
// client (the table "global" is that of other neighbors): without what the client
// announces, and without paths through its ASN, which it is never sent. So what
// one client does not see is looked for in the views of others: of three networks
// at least, and until one adds nothing. What may be missing then has all these
// networks in its path. Each view is the whole table, so this takes three times
// as long as one listing; for some prefixes Seen is much cheaper. A path that no
// client sees is sent to nobody.
//
// Deadlines and errors are as with Received.
func (c *Client) Table(ctx context.Context) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		viewers, err := c.listViewers(ctx)
		more := true
		var looked []*viewer
		for len(viewers) > 0 && err == nil && more {
			v := nextViewer(viewers, looked)
			viewers = slices.DeleteFunc(viewers, func(other *viewer) bool { return other == v })
			added := false
			err = c.listView(ctx, v.address, nil, func(p *path) bool {
				if slices.ContainsFunc(looked, func(other *viewer) bool { return other.seesPath(p) }) {
					return true
				}
				for _, other := range viewers {
					if !other.seesPath(p) {
						other.blind++
					}
				}
				added = true
				more = yield(p.toRoute(), nil)
				return more
			})
			looked = append(looked, v)
			if len(looked) >= enough && !added {
				break
			}
		}
		if err != nil && more {
			yield(policies.Route{}, fmt.Errorf("%s: table: %w", c.address, err))
		}
	}
}

// enough is how many views are looked at in any case: the first may hide a path
// through its own network, the second that it is the announcer of it.
const enough = 3

// viewer is a client whose view of the table is looked at.
type viewer struct {
	address  netip.Addr
	asn      filters.ASN
	accepted uint64
	blind    int // paths seen so far that it does not see
}

// seesPath says whether gobgpd shows p to the client.
func (v *viewer) seesPath(p *path) bool { return p.peer != v.address && p.countASN(v.asn) == 0 }

// nextViewer returns the viewer that sees most of what there is. Another client of the same network
// is the last to see what the first did not.
func nextViewer(viewers, looked []*viewer) *viewer {
	networks := make(map[filters.ASN]int)
	for _, v := range looked {
		networks[v.asn]++
	}
	return slices.MinFunc(viewers, func(a, b *viewer) int {
		return cmp.Or(cmp.Compare(networks[a.asn], networks[b.asn]), cmp.Compare(a.blind, b.blind),
			cmp.Compare(a.accepted, b.accepted), a.address.Compare(b.address))
	})
}

func (c *Client) listViewers(ctx context.Context) ([]*viewer, error) {
	var r reader
	r.beginState()
	err := listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{},
		func(a *api.ListPeerResponse) { r.readNeighbor(a.Peer) })
	var out []*viewer
	for _, n := range r.clients {
		if n.RouteServer {
			out = append(out, &viewer{address: n.Address, asn: n.ASN, accepted: n.Accepted})
		}
	}
	return out, err
}

// Seen yields the paths to these very prefixes among which the route server
// chooses for a client, before the client's export policies, best first for each
// prefix.
func (c *Client) Seen(ctx context.Context, client netip.Addr, prefixes []netip.Prefix) iter.Seq2[policies.Route,
	error] {
	return func(yield func(policies.Route, error) bool) {
		if len(prefixes) == 0 {
			return // none would be all
		}
		more := true
		var err error
		for _, family := range families {
			r := &api.ListPathRequest{TableType: api.TableType_LOCAL, Name: c.findSpelling(client), Family: family}
			for _, p := range prefixes {
				if p.Addr().Is6() == (family.Afi == api.Family_AFI_IP6) {
					r.Prefixes = append(r.Prefixes, &api.TableLookupPrefix{Prefix: p.String(),
						Type: api.TableLookupPrefix_EXACT})
				}
			}
			if len(r.Prefixes) == 0 {
				continue
			}
			err = c.listPaths(ctx, r, func(p *path) bool {
				more = yield(p.toRoute(), nil)
				return more
			})
			if !more || err != nil && !isUnsupported(err) {
				break
			}
			err = nil
		}
		if err != nil && more {
			yield(policies.Route{}, fmt.Errorf("%s: what %s sees: %w", c.address, client, err))
		}
	}
}
