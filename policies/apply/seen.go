package apply

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// gobgpd lists the shared table only as one client sees it: without the client's own paths, and without
// paths through its ASN. So each path has a viewer: the first other client that sees it. A path that no
// client sees is sent to none.

// noViewer is the viewer of a path that no client sees.
const noViewer = -1

// path is a prefix that a client announces, and its viewer, an index into the client's viewers.
type path struct {
	prefix netip.Prefix
	viewer int
}

// viewersOf returns the clients that can see paths of c.
func viewersOf(c plan.Client, all []plan.Client) []plan.Client {
	return slices.DeleteFunc(slices.Clone(all),
		func(v plan.Client) bool { return !v.RouteServer || v.Address == c.Address })
}

// viewerOf returns the viewer of a path of the client.
func (t *client) viewerOf(r *policies.Route) int {
	return slices.IndexFunc(t.viewers, func(v plan.Client) bool { return !slices.Contains(r.Path, v.ASN) })
}

// batch is the number of prefixes in one request.
const batch = 1000

// listSeen calls see with each path of a client to these prefixes that is in the table.
func (r *run) listSeen(ctx context.Context, t *client, paths []path, see func(*policies.Route)) error {
	byViewer := make(map[int][]netip.Prefix)
	for _, p := range paths {
		if p.viewer != noViewer {
			byViewer[p.viewer] = append(byViewer[p.viewer], p.prefix)
		}
	}
	for viewer := range t.viewers {
		for prefixes := range slices.Chunk(byViewer[viewer], batch) {
			for route, err := range r.Daemon.Seen(ctx, t.viewers[viewer].Address, prefixes) {
				if err != nil {
					return fmt.Errorf("table: %w", err)
				}
				if route.Peer == t.Address {
					see(&route)
				}
			}
		}
	}
	return nil
}
