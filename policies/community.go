package policies

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"depeer/filters"
)

// Community is a BGP community (RFC 1997).
type Community uint32

// String returns high:low.
func (c Community) String() string { return fmt.Sprintf("%d:%d", uint32(c)>>16, uint32(c)&0xffff) }

// ParseCommunity reads high:low, two decimal numbers of 16 bits. gobgpd clamps
// larger ones (200000:666 becomes BLACKHOLE), so they are refused here.
func ParseCommunity(s string) (Community, error) {
	v, ok := readParts(s, 16, 2)
	if !ok {
		return 0, &filters.SyntaxError{Code: "community-syntax", Message: fmt.Sprintf("%q is not a community", s),
			Hint: "such as 64500:666; for 32-bit ASNs use large_communities"}
	}
	return Community(v[0]<<16 | v[1]), nil
}

// LargeCommunity is a BGP large community (RFC 8092).
type LargeCommunity struct{ Global, Local1, Local2 uint32 }

// String returns the canonical global:local1:local2.
func (c LargeCommunity) String() string {
	return fmt.Sprintf("%d:%d:%d", c.Global, c.Local1, c.Local2)
}

// Compare orders large communities by their parts.
func (c LargeCommunity) Compare(o LargeCommunity) int {
	return cmp.Or(cmp.Compare(c.Global, o.Global), cmp.Compare(c.Local1, o.Local1), cmp.Compare(c.Local2, o.Local2))
}

// ParseLargeCommunity reads three decimal numbers of 32 bits.
func ParseLargeCommunity(s string) (LargeCommunity, error) {
	v, ok := readParts(s, 32, 3)
	if !ok {
		return LargeCommunity{}, &filters.SyntaxError{Code: "large-community-syntax",
			Message: fmt.Sprintf("%q is not a large community", s), Hint: "such as 64500:666:1"}
	}
	return LargeCommunity{v[0], v[1], v[2]}, nil
}

// readParts reads n decimal numbers of so many bits, in their one right form.
func readParts(s string, bits, n int) ([]uint32, bool) {
	words := strings.Split(s, ":")
	if len(words) != n {
		return nil, false
	}
	out := make([]uint32, n)
	for i, w := range words {
		v, err := strconv.ParseUint(w, 10, bits)
		if err != nil || strconv.FormatUint(v, 10) != w {
			return nil, false
		}
		out[i] = uint32(v)
	}
	return out, true
}
