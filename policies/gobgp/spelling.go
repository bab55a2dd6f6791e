package gobgp

import (
	"net/netip"
)

// gobgpd 3.37 knows a neighbor by its address as the configuration spells it: one of
// 2001:DB8::A is not found by 2001:db8::a (TestSpelling).

// noteSpelling notes how gobgpd spells a neighbor's address.
func (c *Client) noteSpelling(a netip.Addr, name string) {
	if a.String() == name {
		c.spelled.Delete(a)
		return
	}
	c.spelled.Store(a, name)
}

// findSpelling returns a neighbor's name, as far as the neighbors have been listed.
func (c *Client) findSpelling(a netip.Addr) string {
	if name, other := c.spelled.Load(a); other {
		return name.(string)
	}
	return a.String()
}
