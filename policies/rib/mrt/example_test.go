package mrt_test

import (
	"bytes"
	"fmt"
	"net/netip"

	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// A collector's table dump is read path by path. What could not be read is counted, and never passed over in silence.
func ExampleReader() {
	peer := rib.Peer{Address: netip.MustParseAddr("203.0.113.11"), ASN: 64496}
	dump := bytes.Join([][]byte{
		index(peer),
		paths(2, "208.66.192.0/22", entry(0, origin(rib.IGP), asPath(64496, 26780))),
		paths(2, "192.0.2.0/24", entry(0, origin(rib.IGP), asPath(64496))),
	}, nil)

	reader := mrt.NewReader(bytes.NewReader(dump))
	for path, err := range reader.Paths() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(path.Prefix, path.ASPath)
	}
	fmt.Println(reader.Report())
	// Output:
	// 208.66.192.0/22 64496 26780
	// 192.0.2.0/24 64496
	// 3 records, 2 paths
}
