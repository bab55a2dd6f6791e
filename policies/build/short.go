package build

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Short IPv4 announcements are excluded from treatments that add bytes: see policies.LongestShort.

// takesShort says whether m would change attributes of short announcements: IPv4, /8 or shorter.
func (m match) takesShort() bool {
	if m.treatment.Reject || !m.treatment.Changes() || m.family == ipv6 {
		return false
	}
	if m.entries == nil {
		return true
	}
	return slices.ContainsFunc(m.entries, isShort)
}

// isShort says whether e matches a short announcement.
func isShort(e filters.Entry) bool { return e.Prefix.Addr().Is4() && e.Min <= policies.LongestShort }

// shortPrefixes are all short announcements.
var shortPrefixes = []filters.Entry{{Prefix: netip.PrefixFrom(netip.IPv4Unspecified(), 0), Min: 0,
	Max: policies.LongestShort}}

// addLeavingShort adds the statement that marks short announcements, once. Where members' choices
// (p; nil: there are none) add bytes to a route, it also adds the tag that keeps export from acting:
// a short announcement can be refused, and not changed.
func (b *builder) addLeavingShort(p *memberChoices) {
	if b.short {
		return
	}
	b.short, b.marked = true, true
	then := policies.Actions{AddLargeCommunities: []policies.LargeCommunity{leftOutMark(b.asn)}}
	if p != nil && p.short != (policies.LargeCommunity{}) {
		then.AddLargeCommunities = append(then.AddLargeCommunities, p.short)
	}
	b.addImport("short", policies.Conditions{PrefixSet: policies.Condition{Set: b.addSet("short",
		policies.Prefixes(shortPrefixes))}}, then)
}
