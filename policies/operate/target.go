package operate

import (
	"cmp"
	"time"

	"depeer/policies/exchange"
)

// Target is a route server, and how to reach it.
type Target struct {
	Name     string // of the exchange file; "" for an address
	Address  string // host:port, or unix:///path
	Timeout  time.Duration
	TLS      *exchange.TLS // with paths that hold from here; nil: in plain text
	Insecure bool          // plain text to another host, too

	Persist       string // the gobgpd.conf that is kept in step; "" for none
	MaxAddedBytes int    // limit of the exchange file
}

// Label is what a target is called.
func (t Target) Label() string { return cmp.Or(t.Name, t.Address) }
