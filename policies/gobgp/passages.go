package gobgp

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// Which paths passed import is asked of the route server's table, for some prefixes only:
// gobgpd finds 10,000 of them in 0.14 s, and copies no table. It is asked through the eyes of
// a client (see Table), so a path that is not seen is looked for through others, of other
// networks: an operator's policy may prepend the ASN of one. What is then still not seen is
// looked for among what its announcer announces, which may have changed since. Nothing is
// written: the Adj-RIB-In is listed plain.

// prefixesPerCall is how many prefixes one call asks for: gobgpd does nothing else meanwhile.
const prefixesPerCall = 1024

// Passages returns a lookup of paths that these clients announce. Its deadlines and errors
// are as with Received.
func (c *Client) Passages(ctx context.Context, clients []plan.Client) rib.Passages {
	var viewers []*viewer
	for _, client := range clients {
		if client.RouteServer {
			viewers = append(viewers, &viewer{address: client.Address, asn: client.ASN, accepted: client.Accepted})
		}
	}
	slices.SortStableFunc(viewers, func(a, b *viewer) int { return cmp.Compare(a.accepted, b.accepted) })
	return func(paths []*rib.Path) ([]rib.Passage, error) {
		p := &passages{client: c, ctx: ctx, viewers: viewers, out: make([]rib.Passage, len(paths))}
		for i, path := range paths {
			p.sought = append(p.sought, sought{Path: path, at: i})
		}
		if err := p.findPaths(); err != nil {
			return nil, fmt.Errorf("%s: which routes passed: %w", c.address, err)
		}
		return p.out, nil
	}
}

// passages is one lookup.
type passages struct {
	client  *Client
	ctx     context.Context
	viewers []*viewer // those with the fewest routes first: they see most
	sought  []sought  // not seen yet
	out     []rib.Passage
}

// sought is a path, and whose views it is not in.
type sought struct {
	*rib.Path
	at     int
	hidden []filters.ASN // the networks of the viewers
}

// pathKey tells a path from all others in a table.
type pathKey struct {
	prefix netip.Prefix
	peer   netip.Addr
	id     uint32
}

func (s *sought) pathKey() pathKey { return pathKey{s.Prefix, s.Peer, s.ID} }

// findPaths looks for all paths in the table, through few views, and then for those that are not
// there among what is announced.
func (p *passages) findPaths() error {
	for _, v := range p.viewers {
		visible := slices.DeleteFunc(slices.Clone(p.sought), func(s sought) bool { return !s.isAskedOf(v) })
		if len(visible) == 0 {
			continue
		}
		seen, asked, err := p.lookUp(api.TableType_LOCAL, v.address, visible)
		if err != nil {
			return err
		}
		if asked {
			p.noteSeen(v, seen)
		}
	}
	return p.recheckUnseen()
}

// isAskedOf says whether a path is looked for through a viewer: it would see the path, and no
// viewer of its network, nor enough others, looked.
func (s *sought) isAskedOf(v *viewer) bool {
	return v.address != s.Peer && !s.ASPath.Contains(v.asn) && len(s.hidden) < enough &&
		!slices.Contains(s.hidden, v.asn)
}

// noteSeen keeps what a viewer has seen of the paths that it was asked for.
func (p *passages) noteSeen(v *viewer, seen map[pathKey]uint32) {
	left := p.sought[:0]
	for _, s := range p.sought {
		if _, isSeen := seen[s.pathKey()]; isSeen && s.isAskedOf(v) {
			p.out[s.at] = rib.Passed
			continue
		}
		if s.isAskedOf(v) {
			s.hidden = append(s.hidden, v.asn)
		}
		left = append(left, s)
	}
	p.sought = left
}

// recheckUnseen looks for the paths that no viewer saw among what their announcers announce: those
// that are as they were did not pass.
func (p *passages) recheckUnseen() error {
	by := make(map[netip.Addr][]sought)
	for _, s := range p.sought {
		if len(s.hidden) > 0 {
			by[s.Peer] = append(by[s.Peer], s)
		}
	}
	for peer, paths := range by {
		announced, _, err := p.lookUp(api.TableType_ADJ_IN, peer, paths)
		if err != nil {
			return err
		}
		for _, s := range paths {
			if since, is := announced[s.pathKey()]; is && since == s.Since {
				p.out[s.at] = rib.Stopped
			}
		}
	}
	return nil
}

// lookUp lists the paths to the prefixes of some paths in a table of a neighbor, with the
// moments since when they are there. asked is false where there is no such neighbor any more.
func (p *passages) lookUp(table api.TableType, neighbor netip.Addr, paths []sought) (found map[pathKey]uint32,
	asked bool, err error) {
	found = make(map[pathKey]uint32, len(paths))
	for _, family := range families {
		for prefixes := range slices.Chunk(prefixesOf(paths, family), prefixesPerCall) {
			r := &api.ListPathRequest{TableType: table, Name: p.client.findSpelling(neighbor), Family: family,
				Prefixes: prefixes}
			err := p.client.listPaths(p.ctx, r, func(path *path) bool {
				peer := path.peer
				if table == api.TableType_ADJ_IN {
					peer = neighbor
				}
				found[pathKey{path.prefix, peer, path.id}] = path.since
				return true
			})
			switch {
			case noNeighbor(err):
				return nil, false, nil
			case err != nil && !isUnsupported(err):
				return nil, false, err
			}
		}
	}
	return found, true, nil
}

// prefixesOf returns the prefixes of a family of some paths, each once, to be looked up.
func prefixesOf(paths []sought, family *api.Family) []*api.TableLookupPrefix {
	var out []*api.TableLookupPrefix
	known := make(map[netip.Prefix]bool)
	for _, s := range paths {
		if s.Prefix.Addr().Is6() == (family.Afi == api.Family_AFI_IP6) && !known[s.Prefix] {
			known[s.Prefix] = true
			out = append(out, &api.TableLookupPrefix{Prefix: s.Prefix.String(), Type: api.TableLookupPrefix_EXACT})
		}
	}
	return out
}
