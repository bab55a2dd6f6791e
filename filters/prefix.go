package filters

import (
	"cmp"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ParsePrefix reads an IPv4 or IPv6 prefix in its one right form: an address without a zone and
// without leading zeros, a slash, a length, and no host bits. It never reinterprets what it
// refuses: a *SyntaxError says what to write.
func ParsePrefix(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return netip.Prefix{}, prefixSyntax(s)
	case p.Addr().Is4In6() || mapped.Overlaps(p) && p.Bits() >= mapped.Bits():
		// gobgpd 3.37 crashes when a member announces a prefix that a set holds in here.
		e := &SyntaxError{Code: "prefix-mapped", Message: fmt.Sprintf("%s is an IPv4-mapped IPv6 prefix", s)}
		if p.Bits() >= mapped.Bits() {
			e.Hint = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped.Bits()).Masked().String()
		}
		return netip.Prefix{}, e
	case p != p.Masked():
		return netip.Prefix{}, &SyntaxError{Code: "host-bits", Message: "host bits set in " + s,
			Hint: p.Masked().String()}
	}
	return p, nil
}

var mapped = netip.MustParsePrefix("::ffff:0:0/96")

// prefixSyntax explains why s is no prefix, and what may have been meant.
func prefixSyntax(s string) error {
	e := &SyntaxError{Code: "prefix-syntax", Message: fmt.Sprintf("%q is not a prefix", s),
		Hint: "such as 192.0.2.0/24 or 2001:db8::/32"}
	addr, length, slash := strings.Cut(s, "/")
	a, err := netip.ParseAddr(addr)
	switch narrow := halfWidth(s); {
	case narrow != s && rightForm(narrow) != "":
		e.Hint = rightForm(narrow)
	case err == nil && a.Zone() != "":
		e.Code, e.Message, e.Hint = "prefix-zone", "zone in "+s,
			cmp.Or(rightForm(a.WithZone("").String()+"/"+length), "a prefix has no zone")
	case err == nil && !slash:
		e.Code, e.Message, e.Hint = "prefix-no-length", s+" has no length",
			fmt.Sprintf("%s/%d for the one address", a, a.BitLen())
	case err == nil:
		e.Code = "prefix-length"
		n, err := strconv.Atoi(length)
		switch {
		case err != nil || n < 0 || strings.ContainsAny(length[:1], "+-"):
			e.Message, e.Hint = fmt.Sprintf("%q is not a prefix length in %s", length, s),
				fmt.Sprintf("0 to %d", a.BitLen())
		case n > a.BitLen():
			e.Message, e.Hint = fmt.Sprintf("length %d in %s is over %d", n, s, a.BitLen()),
				fmt.Sprintf("0 to %d", a.BitLen())
		default:
			e.Message, e.Hint = "leading zero in the length of "+s, netip.PrefixFrom(a, n).Masked().String()
		}
	case plainDecimal(addr) != "":
		e.Code, e.Message, e.Hint = "prefix-leading-zero", "leading zero in "+s,
			plainDecimal(addr)+strings.TrimPrefix(s, addr)+", if decimal was meant"
	}
	return e
}

// rightForm returns s as it should be written, if s is a prefix with or without host bits;
// otherwise nothing.
func rightForm(s string) string {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return ""
	}
	return p.Masked().String()
}

// halfWidth turns the full-width forms of ASCII, which East Asian keyboards produce, into ASCII.
func halfWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if 0xff01 <= r && r <= 0xff5e {
			return r - 0xff01 + '!'
		}
		return r
	}, s)
}

// plainDecimal returns a dotted quad without its leading zeros, or nothing if addr is no such quad.
// Some readers take 010 for 8, others for 10.
func plainDecimal(addr string) string {
	parts := strings.Split(addr, ".")
	if len(parts) != 4 {
		return ""
	}
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil {
			return ""
		}
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, ".")
}

// reserved is the space that a listing matches only with allow_reserved: space for special purposes
// (RFC 6890 and its registries), multicast, and what IANA has not allocated for global unicast.
var reserved = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "this network (RFC 791)"},
	{netip.MustParsePrefix("10.0.0.0/8"), "private (RFC 1918)"},
	{netip.MustParsePrefix("100.64.0.0/10"), "shared (RFC 6598)"},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback (RFC 1122)"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local (RFC 3927)"},
	{netip.MustParsePrefix("172.16.0.0/12"), "private (RFC 1918)"},
	{netip.MustParsePrefix("192.0.0.0/24"), "protocol assignments (RFC 6890)"},
	{netip.MustParsePrefix("192.0.2.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("192.168.0.0/16"), "private (RFC 1918)"},
	{netip.MustParsePrefix("198.18.0.0/15"), "benchmarking (RFC 2544)"},
	{netip.MustParsePrefix("198.51.100.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("203.0.113.0/24"), "documentation (RFC 5737)"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast (RFC 5771)"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved (RFC 1112)"},
	{netip.MustParsePrefix("::/3"), "not global unicast (RFC 4291)"},
	{netip.MustParsePrefix("2001:db8::/32"), "documentation (RFC 3849)"},
	{netip.MustParsePrefix("3fff::/20"), "documentation (RFC 9637)"},
	{netip.MustParsePrefix("fc00::/7"), "private (RFC 4193)"},
	{netip.MustParsePrefix("fe80::/10"), "link-local (RFC 4291)"},
	{netip.MustParsePrefix("ff00::/8"), "multicast (RFC 4291)"},
	{netip.MustParsePrefix("4000::/2"), "not global unicast (RFC 4291)"},
	// 8000::/1 in halves: as a whole it is half of everything, which a guard refuses.
	{netip.MustParsePrefix("8000::/2"), "not global unicast (RFC 4291)"},
	{netip.MustParsePrefix("c000::/2"), "not global unicast (RFC 4291)"},
}

// ReservedPrefix says why a listing must not match p without allow_reserved: p lies inside reserved
// space. It is empty for all other prefixes.
func ReservedPrefix(p netip.Prefix) string {
	if !p.IsValid() {
		return ""
	}
	for _, i := range reservedByOctet[p.Addr().Is4()][firstOctet(p.Addr())] {
		if r := reserved[i]; r.prefix.Bits() <= p.Bits() && r.prefix.Contains(p.Addr()) {
			return r.what
		}
	}
	return ""
}

// reservedByOctet holds, for IPv4 and for IPv6, which entries of reserved overlap the space of each
// first octet. Most octets have none, and every prefix is looked up.
var reservedByOctet = func() map[bool]*[256][]int {
	all := map[bool]*[256][]int{true: {}, false: {}}
	for i, r := range reserved {
		a := r.prefix.Addr()
		first := int(firstOctet(a))
		for o := first; o < first+1<<max(0, 8-r.prefix.Bits()); o++ {
			all[a.Is4()][o] = append(all[a.Is4()][o], i)
		}
	}
	return all
}()

func firstOctet(a netip.Addr) byte {
	if a.Is4() {
		return a.As4()[0]
	}
	return a.As16()[0]
}
