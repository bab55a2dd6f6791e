package lab

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/osrg/gobgp/v3/pkg/apiutil"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"github.com/osrg/gobgp/v3/pkg/server"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
)

// toPath returns r for GoBGP's API, without the leftmost ASN: that is the announcing member's own,
// which GoBGP prepends.
func toPath(r policies.Route, nextHop netip.Addr) (*api.Path, error) {
	path := make([]uint32, 0, len(r.Path))
	for _, a := range r.Path[1:] {
		path = append(path, uint32(a))
	}
	attrs := []bgp.PathAttributeInterface{bgp.NewPathAttributeOrigin(0)}
	if len(path) > 0 {
		attrs = append(attrs,
			bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ,
				path)}))
	}
	var nlri bgp.AddrPrefixInterface
	addr, bits := r.Prefix.Addr(), uint8(r.Prefix.Bits())
	if addr.Is4() {
		nlri = bgp.NewIPAddrPrefix(bits, addr.String())
		attrs = append(attrs, bgp.NewPathAttributeNextHop(nextHop.String()))
	} else {
		// IPv6 over an IPv4 session: the next hop is the member's address, mapped.
		nlri = bgp.NewIPv6AddrPrefix(bits, addr.String())
		mapped := netip.AddrFrom16(nextHop.As16()).String()
		attrs = append(attrs, bgp.NewPathAttributeMpReachNLRI(mapped, []bgp.AddrPrefixInterface{nlri}))
	}
	if r.MED != nil {
		attrs = append(attrs, bgp.NewPathAttributeMultiExitDisc(*r.MED))
	}
	if len(r.Communities) > 0 {
		values := make([]uint32, 0, len(r.Communities))
		for _, c := range r.Communities {
			values = append(values, uint32(c))
		}
		attrs = append(attrs, bgp.NewPathAttributeCommunities(values))
	}
	if len(r.LargeCommunities) > 0 {
		values := make([]*bgp.LargeCommunity, 0, len(r.LargeCommunities))
		for _, c := range r.LargeCommunities {
			values = append(values, &bgp.LargeCommunity{ASN: c.Global, LocalData1: c.Local1, LocalData2: c.Local2})
		}
		attrs = append(attrs, bgp.NewPathAttributeLargeCommunities(values))
	}
	return apiutil.NewPath(nlri, false, attrs, time.Now())
}

// readTable returns the routes of a table, of both families, that keep accepts, sorted by prefix,
// then path.
func readTable(ctx context.Context, s *server.BgpServer, request *api.ListPathRequest,
	keep func(*api.Path) bool) ([]policies.Route, error) {
	var routes []policies.Route
	var bad error
	for _, f := range families {
		request.Family = f
		err := s.ListPath(ctx, request, func(d *api.Destination) {
			for _, p := range d.Paths {
				if !keep(p) {
					continue
				}
				r, err := fromPath(d.Prefix, p)
				bad = cmp.Or(bad, err)
				routes = append(routes, r)
			}
		})
		if err := cmp.Or(err, bad, ctx.Err()); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(routes, func(a, b policies.Route) int {
		return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), a.Prefix.Bits()-b.Prefix.Bits(),
			slices.Compare(a.Path, b.Path))
	})
	return routes, nil
}

// fromPath reads a path of GoBGP's API.
func fromPath(prefix string, p *api.Path) (policies.Route, error) {
	var r policies.Route
	var err error
	if r.Prefix, err = netip.ParsePrefix(prefix); err != nil {
		return r, err
	}
	attrs, err := apiutil.GetNativePathAttributes(p)
	if err != nil {
		return r, fmt.Errorf("%s: %w", prefix, err)
	}
	for _, attr := range attrs {
		switch a := attr.(type) {
		case *bgp.PathAttributeNextHop:
			r.Peer = toAddress(a.Value)
		case *bgp.PathAttributeMpReachNLRI:
			r.Peer = toAddress(a.Nexthop)
		case *bgp.PathAttributeAsPath:
			r.Path = asPath(a)
		case *bgp.PathAttributeLocalPref:
			r.LocalPref = a.Value
		case *bgp.PathAttributeMultiExitDisc:
			r.MED = &a.Value
		case *bgp.PathAttributeCommunities:
			for _, c := range a.Value {
				r.Communities = append(r.Communities, policies.Community(c))
			}
		case *bgp.PathAttributeLargeCommunities:
			for _, c := range a.Values {
				r.LargeCommunities = append(r.LargeCommunities,
					policies.LargeCommunity{Global: c.ASN, Local1: c.LocalData1, Local2: c.LocalData2})
			}
		}
	}
	return r, nil
}

// toAddress unmaps: an IPv6 route names its member by the same address as the others.
func toAddress(ip []byte) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

// asPath reads an AS_PATH into the form of policies.Route.
func asPath(a *bgp.PathAttributeAsPath) []filters.ASN {
	var path []filters.ASN
	for _, segment := range a.Value {
		if segment.GetType() != bgp.BGP_ASPATH_ATTR_TYPE_SEQ {
			path = append(path, 0)
			continue
		}
		for _, asn := range segment.GetAS() {
			path = append(path, filters.ASN(asn))
		}
	}
	return path
}
