package feed

import (
	"fmt"
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// readPlain reads one prefix or ASN a line. Comments start with # or ;, and one behind an entry
// becomes its reason. An address without a length, of which firewall lists have thousands, is read
// as that one address, with a warning.
func (r *reader) readPlain(text string) {
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
			r.reportCut(l)
			return
		}
		at := r.positionAt(l, indentWidth(value))
		if value = strings.TrimSpace(value); value != "" {
			r.addPlainEntry(at, value, comment)
		}
	}
	if r.listing.Name == "" {
		r.listing.Name = "plain"
	}
	r.checkNotEmpty()
}

// addPlainEntry adds one prefix or ASN.
func (r *reader) addPlainEntry(at diag.Position, value, comment string) {
	switch {
	case !isWord(value):
		r.errorf(at, "line", "one prefix or ASN a line", "%s is neither a prefix nor an ASN", quoteLine(value))
	case strings.ContainsAny(value, ".:/"):
		prefix, ok := r.parseLoneAddress(at, value)
		if !ok {
			prefix, ok = r.parsePrefix(at, value)
		}
		if ok {
			r.addPrefix(at, prefix, filters.Provider{ID: prefixID(prefix), Name: prefix.String(),
				Reason: r.readableText(at, comment)})
		}
	case looksLikeASN(value) || '0' <= value[0] && value[0] <= '9':
		asn, err := filters.ParseASN(value)
		if err != nil {
			r.addSyntaxError(at, err)
			return
		}
		r.addASN(at, asn, filters.Provider{Reason: r.readableText(at, comment)})
	default:
		r.errorf(at, "line", "one prefix or ASN a line", "%s is neither a prefix nor an ASN", quoteLine(value))
	}
}

// parseLoneAddress reads an address as the prefix of its full length.
func (r *reader) parseLoneAddress(at diag.Position, value string) (netip.Prefix, bool) {
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
	r.tally.addWarning(at, "feed-no-length", "", fmt.Sprintf("%s has no length, and is read as %s", value, prefix))
	return prefix, true
}
