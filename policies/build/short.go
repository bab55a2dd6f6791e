package build

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Short IPv4 announcements are left out of whatever adds bytes: see policies.LongestShort.

// takesShort says whether m changes attributes of announcements that are left out: of IPv4, and of
// /8 or shorter.
func (m match) takesShort() bool {
	if m.treatment.Reject || !m.treatment.Changes() || m.family == ipv6 {
		return false
	}
	if m.entries == nil {
		return true
	}
	return slices.ContainsFunc(m.entries, isShort)
}

// isShort says whether e matches an IPv4 announcement that is left out.
func isShort(e filters.Entry) bool { return e.Prefix.Addr().Is4() && e.Min <= policies.LongestShort }

// shortPrefixes are all announcements that are left out.
var shortPrefixes = []filters.Entry{{Prefix: netip.PrefixFrom(netip.IPv4Unspecified(), 0), Min: 0,
	Max: policies.LongestShort}}
