package gobgpconf

import (
	"net/netip"
	"strconv"

	"depeer/filters"
	"depeer/filters/diag"
)

// ReadServer returns the ASN and the router ID of a gobgpd.conf, in TOML. Each is zero where
// the file does not say it, or is no TOML.
func ReadServer(text []byte) (asn filters.ASN, routerID netip.Addr) {
	var l diag.List
	d := parseDocument("", text, &l)
	if d == nil {
		return 0, netip.Addr{}
	}
	// gobgpd reads numbers in quotes, too, and then in any notation of Go's.
	if n, err := strconv.ParseUint(wordAt(d.values, "global.config.as"), 0, 32); err == nil {
		asn = filters.ASN(n)
	}
	id, _ := valueAt(d.values, "global.config.router-id").(string)
	if a, err := netip.ParseAddr(id); err == nil {
		routerID = a
	}
	return asn, routerID
}

// Anchored says whether a gobgpd.conf, in TOML, defines both of our policies.
func Anchored(text []byte) bool {
	var l diag.List
	d := parseDocument("", text, &l)
	if d == nil {
		return false
	}
	d.refuseShapes(&l)
	return l.Worst() != diag.Error && !d.lacksAnchor()
}
