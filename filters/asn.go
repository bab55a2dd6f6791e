package filters

import (
	"fmt"
	"strconv"
	"strings"
)

// ASN is an autonomous system number of four octets (RFC 6793).
type ASN uint32

// String returns the number in asplain notation (RFC 5396), without "AS".
func (a ASN) String() string { return strconv.FormatUint(uint64(a), 10) }

// ParseASN reads "64512" or "AS64512". It refuses, with a *SyntaxError, what YAML or a C library
// would read in another way (010, 0x10, 6e4, 64_512, 1.10).
func ParseASN(s string) (ASN, error) {
	digits := s
	if len(s) > 2 && strings.EqualFold(s[:2], "AS") {
		digits = s[2:]
	}
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return 0, asnSyntax(s, digits)
		}
	}
	if digits == "" {
		return 0, asnSyntax(s, digits)
	}
	if len(digits) > 1 && digits[0] == '0' {
		return 0, &SyntaxError{
			Code:    "asn-leading-zero",
			Message: fmt.Sprintf("leading zero in ASN %q", s),
			Hint:    strings.TrimLeft(digits[:len(digits)-1], "0") + digits[len(digits)-1:],
		}
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0, &SyntaxError{Code: "asn-range", Message: fmt.Sprintf("ASN %q is over 4294967295", s)}
	}
	return ASN(n), nil
}

// asnSyntax explains what is wrong with an ASN that is not plain digits.
func asnSyntax(s, digits string) error {
	e := &SyntaxError{Code: "asn-syntax", Message: fmt.Sprintf("%q is not an ASN", s),
		Hint: "a decimal number, such as 64512 or AS64512"}
	high, low, dotted := strings.Cut(digits, ".")
	if h, err := strconv.ParseUint(high, 10, 16); dotted && err == nil {
		if l, err := strconv.ParseUint(low, 10, 16); err == nil {
			e.Message = fmt.Sprintf("%q is asdot notation, or a fraction", s)
			e.Hint = fmt.Sprintf("%d, if asdot was meant", h<<16|l)
		}
	}
	return e
}

// Reserved says why a listing must not match a without allow_reserved: a is private or for
// documentation. It is empty for all other ASNs.
func (a ASN) Reserved() string {
	switch {
	case 64496 <= a && a <= 64511, 65536 <= a && a <= 65551:
		return "documentation (RFC 5398)"
	case 64512 <= a && a <= 65534, 4200000000 <= a && a <= 4294967294:
		return "private (RFC 6996)"
	default:
		return ""
	}
}

// Forbidden says why no listing may ever match a: ASN 0, AS_TRANS and the last of each range. It is
// empty for all other ASNs.
func (a ASN) Forbidden() string {
	switch a {
	case 0:
		return "reserved (RFC 7607)"
	case 23456:
		return "AS_TRANS (RFC 6793)"
	case 65535, 4294967295:
		return "reserved (RFC 7300)"
	default:
		return ""
	}
}
