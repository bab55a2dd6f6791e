package lab

import (
	"bufio"
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// Member is a network of the exchange, with one session to the route server.
type Member struct {
	ASN filters.ASN
	// Address its session comes from. Start gives out 127.0.0.2 and onwards to
	// members that have none.
	Address netip.Addr
	// Announces are its routes. Their Path starts with ASN; Peer is not looked at.
	Announces []policies.Route
}

// ReadMembers reads the members and their routes: lines of a prefix and an AS path, separated by
// blanks. The first AS of the path is the member that announces the route. A line with "-" for the
// prefix is a member that announces nothing. Empty lines and comments after # are ignored. Members
// are in the order of their first line; file is for errors only.
func ReadMembers(file string, data []byte) ([]Member, error) {
	var members []Member
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		route, err := readRoute(fields)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, n, err)
		}
		i := slices.IndexFunc(members, func(m Member) bool { return m.ASN == route.Path[0] })
		if i < 0 {
			i = len(members)
			members = append(members, Member{ASN: route.Path[0]})
		}
		if route.Prefix.IsValid() {
			members[i].Announces = append(members[i].Announces, route)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return members, nil
}

// readRoute reads the fields of one line. The prefix is invalid for "-".
func readRoute(fields []string) (policies.Route, error) {
	var r policies.Route
	if len(fields) < 2 {
		return r, fmt.Errorf("%q: want a prefix and an AS path", fields[0])
	}
	if fields[0] != "-" {
		p, err := filters.ParsePrefix(fields[0])
		if err != nil {
			return r, err
		}
		r.Prefix = p
	}
	for _, f := range fields[1:] {
		a, err := filters.ParseASN(f)
		if err != nil {
			return r, err
		}
		r.Path = append(r.Path, a)
	}
	return r, nil
}
