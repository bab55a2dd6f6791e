package exchange

import (
	"fmt"
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/strict"
)

// readWord reads one of the given words.
func readWord[T fmt.Stringer](n strict.Node, words ...T) (T, bool) {
	var none T
	s, ok := n.Scalar()
	if !ok {
		return none, false
	}
	names := make([]string, len(words))
	for i, w := range words {
		if names[i] = w.String(); names[i] == s {
			return w, true
		}
	}
	n.Errorf("word", nearestHint(s, names), "%q is none of %s", s, strings.Join(names, ", "))
	return none, false
}

// nearestHint returns the hint for a name that is none of names: the nearest one, or all.
func nearestHint(name string, names []string) string {
	if near := diag.Nearest(name, names); near != "" || len(names) == 0 {
		return near
	}
	return "one of " + strings.Join(names, ", ")
}

// readSlug reads a name that other things refer to.
func readSlug(n strict.Node, into *string) bool {
	s, ok := strict.Value(n, filters.ParseSlug)
	if ok {
		*into = s
	}
	return ok
}

func readText(n strict.Node, into *string) {
	if s, ok := n.Text(); ok {
		*into = s
	}
}

func readASN(n strict.Node) (filters.ASN, bool) {
	asn, ok := strict.Value(n, filters.ParseASN)
	if !ok {
		return 0, false
	}
	if why := asn.Forbidden(); why != "" {
		n.Errorf("forbidden-asn", "", "no network has AS%s: %s", asn, why)
		return 0, false
	}
	return asn, true
}

func parseAddr(s string) (netip.Addr, error) {
	e := &filters.SyntaxError{Code: "address-syntax", Message: fmt.Sprintf("%q is not an address", s),
		Hint: "such as 192.0.2.1 or 2001:db8::1"}
	a, err := netip.ParseAddr(s)
	switch {
	case err != nil:
		return a, e
	case a.Zone() != "":
		e.Message, e.Hint = "zone in "+s, a.WithZone("").String()
		return a, e
	case a.Is4In6():
		e.Message, e.Hint = s+" is an IPv4-mapped IPv6 address", a.Unmap().String()
		return a, e
	case a.IsUnspecified() || a.IsMulticast() || a == broadcast:
		e.Message, e.Hint = s+" is no address of one host", ""
		return a, e
	}
	return a, nil
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// readEach reads the values of a list.
func readEach(n strict.Node, read func(strict.Node)) {
	nodes, _ := n.List()
	for _, v := range nodes {
		read(v)
	}
}

// readSome reads the values of a list that must not be empty.
func readSome(n strict.Node, what string, read func(strict.Node)) {
	nodes, ok := n.List()
	if ok && len(nodes) == 0 {
		n.Errorf("empty", "at least one", "an empty list of %s", what)
	}
	for _, v := range nodes {
		read(v)
	}
}

// seenValues remembers where each value of a kind first stood.
type seenValues[K comparable] map[K]diag.Position

// addNew adds k. It returns false, and complains at n, if k was there. what names it.
func (o seenValues[K]) addNew(n strict.Node, k K, what string) bool {
	if first, twice := o[k]; twice {
		n.Errorf("twice", "", "%s stands twice, first at line %d, column %d", what, first.Line, first.Column)
		return false
	}
	o[k] = n.Position()
	return true
}
