package plan

import (
	"net/netip"

	"depeer/filters"
)

// PeerEvent says that something has happened to a neighbor: it was added, its session
// came up or went down. That one was removed, gobgpd 3.37 does not say.
type PeerEvent struct {
	Address netip.Addr
	ASN     filters.ASN // 0: not known yet
	Up      bool        // the session is established
}
