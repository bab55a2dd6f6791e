package testbed

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// parseRoutes reads the answer to "show route all":
//
//	Table master4:
//	10.10.0.0/16         unreachable [exchange 07:51:10.862 from 127.77.1.1] * (100) [AS65009i]
//	<tab>BGP.as_path: 65001 {65008 65009}
//	<tab>BGP.large_community: (1, 2, 3) (4, 5, 6)
//
// A further route to the same prefix leaves the prefix out.
func parseRoutes(text string) ([]policies.Route, error) {
	var routes []policies.Route
	var prefix netip.Prefix
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \n")
		attribute, isAttribute := strings.CutPrefix(line, "\t")
		switch {
		case line == "" || strings.HasPrefix(line, "Table "):
		case isAttribute && len(routes) == 0:
			return nil, fmt.Errorf("attribute before any route: %q", line)
		case isAttribute:
			if err := setAttribute(&routes[len(routes)-1], attribute); err != nil {
				return nil, fmt.Errorf("route to %v: %w", prefix, err)
			}
		case line[0] == ' ':
			routes = append(routes, policies.Route{Prefix: prefix})
		default:
			word, _, _ := strings.Cut(line, " ")
			var err error
			if prefix, err = netip.ParsePrefix(word); err != nil {
				return nil, fmt.Errorf("not a route: %q: %w", line, err)
			}
			routes = append(routes, policies.Route{Prefix: prefix})
		}
	}
	return routes, nil
}

func setAttribute(r *policies.Route, line string) error {
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return nil // such as "via ..." of a reachable route
	}
	read, ok := attributes[name]
	if !ok {
		return nil
	}
	if err := read(r, strings.TrimSpace(value)); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	return nil
}

// attributes reads the attributes of BIRD that a policies.Route has.
var attributes = map[string]func(*policies.Route, string) error{
	"BGP.as_path": func(r *policies.Route, s string) (err error) {
		r.Path, err = parsePath(s)
		return err
	},
	"BGP.next_hop": func(r *policies.Route, s string) error {
		first, _, _ := strings.Cut(s, " ") // a link-local one may follow
		hop, err := netip.ParseAddr(first)
		if err == nil {
			r.Peer = announcerOf(hop)
		}
		return err
	},
	"BGP.local_pref": func(r *policies.Route, s string) error {
		n, err := strconv.ParseUint(s, 10, 32)
		r.LocalPref = uint32(n)
		return err
	},
	"BGP.med": func(r *policies.Route, s string) error {
		n, err := strconv.ParseUint(s, 10, 32)
		med := uint32(n)
		r.MED = &med
		return err
	},
	"BGP.community": func(r *policies.Route, s string) error {
		return eachTuple(s, func(t string) error {
			c, err := policies.ParseCommunity(t)
			r.Communities = append(r.Communities, c)
			return err
		})
	},
	"BGP.large_community": func(r *policies.Route, s string) error {
		return eachTuple(s, func(t string) error {
			c, err := policies.ParseLargeCommunity(t)
			r.LargeCommunities = append(r.LargeCommunities, c)
			return err
		})
	},
}

// eachTuple reads "(1, 2, 3) (4, 5, 6)" and gives "1:2:3", "4:5:6".
func eachTuple(s string, each func(string) error) error {
	for part := range strings.SplitSeq(s, ")") {
		part = strings.TrimLeft(part, " (")
		if part == "" {
			continue
		}
		if err := each(strings.ReplaceAll(strings.ReplaceAll(part, " ", ""), ",", ":")); err != nil {
			return err
		}
	}
	return nil
}

// parsePath reads an AS path. A set or a confederation segment is a single 0,
// as in policies.Route.
func parsePath(s string) ([]filters.ASN, error) {
	var path []filters.ASN
	inside := false
	for _, word := range strings.Fields(s) {
		if strings.ContainsAny(word, "{(") {
			inside = true
			path = append(path, 0)
		}
		if !inside {
			asn, err := filters.ParseASN(word)
			if err != nil {
				return nil, err
			}
			path = append(path, asn)
		}
		if strings.ContainsAny(word, "})") {
			inside = false
		}
	}
	return path, nil
}
