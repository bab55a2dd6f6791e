package feed

import (
	"fmt"
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// plain reads one prefix or ASN a line; # and ; start comments, and one behind
// an entry is kept as its reason. An address without a length, as firewall lists
// have them by the thousand, is that one address, with a warning.
func (r *reader) plain(text string) {
	if isJSON(text) {
		r.errorf(diag.Position{File: r.file, Line: 1, Column: 1}, "format",
			SpamhausDrop.String()+" or "+SpamhausASNDrop.String(), "this is JSON, no plain list")
		return
	}
	for l := range r.lines(text) {
		end := strings.IndexAny(l.text, "#;")
		value, comment := l.text, ""
		if end >= 0 {
			value, comment = l.text[:end], strings.TrimLeft(l.text[end:], "#; \t")
		}
		if !l.ended {
			r.cut(l)
			return
		}
		at := r.at(l, indent(value))
		if value = strings.TrimSpace(value); value != "" {
			r.plainEntry(at, value, comment)
		}
	}
	if r.listing.Name == "" {
		r.listing.Name = "plain"
	}
	r.entries()
}

// plainEntry adds one prefix or ASN.
func (r *reader) plainEntry(at diag.Position, value, comment string) {
	switch {
	case !isWord(value):
		r.errorf(at, "line", "one prefix or ASN a line", "%s is neither a prefix nor an ASN", brief(value))
	case strings.ContainsAny(value, ".:/"):
		prefix, ok := r.loneAddress(at, value)
		if !ok {
			prefix, ok = r.parsePrefix(at, value)
		}
		if ok {
			r.prefix(at, prefix, filters.Provider{ID: prefixID(prefix), Name: prefix.String(),
				Reason: r.text(at, comment)})
		}
	case looksLikeASN(value) || '0' <= value[0] && value[0] <= '9':
		asn, err := filters.ParseASN(value)
		if err != nil {
			r.syntax(at, err)
			return
		}
		r.asn(at, asn, filters.Provider{Reason: r.text(at, comment)})
	default:
		r.errorf(at, "line", "one prefix or ASN a line", "%s is neither a prefix nor an ASN", brief(value))
	}
}

// loneAddress reads an address as the prefix of its full length.
func (r *reader) loneAddress(at diag.Position, value string) (netip.Prefix, bool) {
	if strings.Contains(value, "/") {
		return netip.Prefix{}, false
	}
	addr, err := netip.ParseAddr(value)
	if err != nil {
		return netip.Prefix{}, false
	}
	prefix, err := filters.ParsePrefix(fmt.Sprintf("%s/%d", value, addr.BitLen()))
	if err != nil {
		return netip.Prefix{}, false
	}
	r.tally.add(at, "feed-no-length", "", fmt.Sprintf("%s has no length, and is read as %s", value, prefix))
	return prefix, true
}
