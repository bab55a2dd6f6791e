package gobgp_test

import (
	"context"
	"fmt"
	"time"

	"depeer/policies/gobgp"
	"depeer/policies/lab"
)

// Is the route server ready for policies of depeer, and what do its clients announce? The one here is embedded and
// listens on loopback; a gobgpd is reached in the same way.
func Example() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	members, err := lab.ReadMembers("routes", []byte("208.66.192.0/22 64496 26780\n192.0.2.0/24 64497\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	rs, err := lab.Start(ctx, lab.Config{ASN: 64500, Members: members})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rs.Close()

	client, err := gobgp.Dial(ctx, gobgp.Options{Address: rs.Target()})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("AS%s: %d clients, %d without our policies, %d obstacles\n", state.Server.ASN, len(state.Clients),
		len(state.Unanchored()), len(state.Obstacles()))
	for path, err := range client.Announced(ctx, state.Clients) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(path.Prefix, "by", path.Peer, "with the path", path.Path)
	}
	// Unordered output:
	// AS64500: 2 clients, 0 without our policies, 0 obstacles
	// 208.66.192.0/22 by 127.0.0.2 with the path [64496 26780]
	// 192.0.2.0/24 by 127.0.0.3 with the path [64497]
}
