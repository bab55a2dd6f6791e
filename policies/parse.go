package policies

import (
	"fmt"
	"strings"

	"depeer/filters"
)

// ParseASPathPattern reads what ASPathPattern.String writes, and nothing else.
func ParseASPathPattern(s string) (ASPathPattern, error) {
	asn, err := filters.ParseASN(strings.Trim(s, "^_$"))
	if err == nil {
		for _, where := range []filters.Where{filters.Origin, filters.Neighbor, filters.Path} {
			if p := (ASPathPattern{ASN: asn, Where: where}); p.String() == s {
				return p, nil
			}
		}
	}
	return ASPathPattern{}, fmt.Errorf("we make no pattern like %s", s)
}

// ParseLargeCommunityPattern reads what LargeCommunityPattern.String writes, and
// nothing else.
func ParseLargeCommunityPattern(s string) (LargeCommunityPattern, error) {
	inner := strings.TrimSuffix(strings.TrimPrefix(s, "^"), "$")
	first, all := strings.CutSuffix(inner, ":[0-9]+")
	if all {
		inner = first + ":0"
	}
	c, err := ParseLargeCommunity(inner)
	p := LargeCommunityPattern{LargeCommunity: c, AnyLocal2: all}
	if err != nil || s != p.String() {
		return p, fmt.Errorf("we make no pattern like %s", s)
	}
	return p, nil
}
