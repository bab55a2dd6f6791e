package apply

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// The shared table can only be seen through the eyes of a client, to which its own
// paths and those through its ASN are not shown. So each path has a viewer: the first
// other client that is shown it. A path that nobody is shown is sent to nobody.

// nobody is the viewer of a path that no client is shown.
const nobody = -1

// path is a prefix that a client announces, and who is shown it: a number among
// the client's viewers.
type path struct {
	prefix netip.Prefix
	viewer int
}

// viewersOf returns the clients that are shown paths of c.
func viewersOf(c plan.Client, all []plan.Client) []plan.Client {
	return slices.DeleteFunc(slices.Clone(all),
		func(v plan.Client) bool { return !v.RouteServer || v.Address == c.Address })
}

func (t *client) viewerOf(r *policies.Route) int {
	return slices.IndexFunc(t.viewers, func(v plan.Client) bool { return !slices.Contains(r.Path, v.ASN) })
}

// batch is for how many prefixes it is asked at once.
const batch = 1000

// listSeen gives each path of a client in the table, to these prefixes, to see.
func (r *run) listSeen(ctx context.Context, t *client, paths []path, see func(*policies.Route)) error {
	byViewer := make(map[int][]netip.Prefix)
	for _, p := range paths {
		if p.viewer != nobody {
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
