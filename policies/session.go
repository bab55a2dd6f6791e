package policies

import (
	"net/netip"

	"depeer/filters"
)

// Session is a member's session with the route server that is kept shut.
type Session struct {
	ASN     filters.ASN `json:"asn"`
	Address netip.Addr  `json:"address,omitzero"`  // of the member; none: each of its addresses
	Message string      `json:"message,omitempty"` // what the member is told; see build.Tell
}
