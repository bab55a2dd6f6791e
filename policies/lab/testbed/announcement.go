package testbed

import (
	"fmt"
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// Announcement is a route of a member's own.
type Announcement struct {
	Prefix netip.Prefix
	// Path follows the member's own ASN, which BGP puts in front: none for a
	// route that the member originates, the member's own again for a prepend.
	Path             []filters.ASN
	MED              *uint32
	LocalPref        uint32 // 0: none; sent by members with MemberConfig.LocalPref only
	Communities      []policies.Community
	LargeCommunities []policies.LargeCommunity
}

// Announce returns plain announcements of the prefixes, as text.
func Announce(prefixes ...string) []Announcement {
	var all []Announcement
	for _, p := range prefixes {
		all = append(all, Announcement{Prefix: netip.MustParsePrefix(p)})
	}
	return all
}

// formatRoute formats the announcement as a static route of BIRD.
func (a Announcement) formatRoute() string {
	var b strings.Builder
	fmt.Fprintf(&b, "route %v unreachable {", a.Prefix)
	for i := len(a.Path) - 1; i >= 0; i-- {
		fmt.Fprintf(&b, " bgp_path.prepend(%v);", a.Path[i])
	}
	if a.MED != nil {
		fmt.Fprintf(&b, " wanted_med = %d;", *a.MED)
	}
	if a.LocalPref != 0 {
		fmt.Fprintf(&b, " bgp_local_pref = %d;", a.LocalPref)
	}
	for _, c := range a.Communities {
		fmt.Fprintf(&b, " bgp_community.add((%d,%d));", c>>16, c&0xffff)
	}
	for _, c := range a.LargeCommunities {
		fmt.Fprintf(&b, " bgp_large_community.add((%d,%d,%d));", c.Global, c.Local1, c.Local2)
	}
	b.WriteString(" };")
	return b.String()
}
