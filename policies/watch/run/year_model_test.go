package run_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"depeer/filters"
	"depeer/policies"
)

// The model of the year: what lists say, and what each member holds for it, worked out
// slowly and by other means than the program's own.

// listed is one provider of a list: it has one entry.
type listed struct {
	id        string
	prefix    netip.Prefix // or:
	origin    filters.ASN
	treatment string // depeer, deprefer, tag, or slow: a tag, and depeer from the tenth day on
	since     time.Time
	until     time.Time // its last day; zero: for good
}

func (p listed) entry() string {
	if p.prefix.IsValid() {
		return p.prefix.String()
	}
	return "AS" + p.origin.String()
}

// severity orders treatments: what is more severe wins.
var severity = []string{"", "tag", "deprefer", "depeer"}

// on is the treatment on a day; "" if it is not in force.
func (p listed) on(day time.Time) string {
	switch {
	case !p.until.IsZero() && day.After(p.until):
		return ""
	case p.treatment != "slow":
		return p.treatment
	case day.Sub(p.since) >= 10*24*time.Hour:
		return "depeer"
	default:
		return "tag"
	}
}

// rules are what is treated how, on a day: entry to treatment.
type rules map[string]string

// on returns what lists make of a day.
func on(day time.Time, lists ...[]listed) rules {
	r := rules{}
	for _, list := range lists {
		for _, p := range list {
			t := p.on(day)
			if slices.Index(severity, t) > slices.Index(severity, r[p.entry()]) {
				r[p.entry()] = t
			}
		}
	}
	return r
}

// gone returns how many entries of r are not in next.
func (r rules) gone(next rules) int {
	n := 0
	for entry := range r {
		if _, there := next[entry]; !there {
			n++
		}
	}
	return n
}

// treatment is what happens to a route of a path to a prefix.
func (r rules) treatment(prefix netip.Prefix, origin filters.ASN) string {
	worst := r["AS"+origin.String()]
	for entry, t := range r {
		p, err := netip.ParsePrefix(entry)
		if err == nil && p.Contains(prefix.Addr()) && p.Bits() <= prefix.Bits() &&
			slices.Index(severity, t) > slices.Index(severity, worst) {
			worst = t
		}
	}
	return worst
}

// announced is a route of a member.
type announced struct {
	member int
	prefix netip.Prefix
	path   []filters.ASN // from the member on
}

// held is what one member holds for it, as a line, best first among what others announce.
func (r rules) held(by int, routes []announced) []string {
	best := map[netip.Prefix]policies.Route{}
	for _, a := range routes {
		if a.member == by {
			continue
		}
		route := policies.Route{Prefix: a.prefix, Path: a.path, LocalPref: 100}
		switch r.treatment(a.prefix, a.path[len(a.path)-1]) {
		case "depeer":
			continue
		case "deprefer":
			route.LocalPref = 50
		case "tag":
			route.Communities = []policies.Community{64500<<16 | 64661}
		}
		other, there := best[a.prefix]
		if !there || route.LocalPref > other.LocalPref || route.LocalPref == other.LocalPref &&
			len(route.Path) < len(other.Path) {
			best[a.prefix] = route
		}
	}
	lines := []string{}
	for _, route := range best {
		lines = append(lines, heldLine(route))
	}
	slices.Sort(lines)
	return lines
}

// heldLine writes a route as a line.
func heldLine(r policies.Route) string {
	return strings.Trim(fmt.Sprint(r.Prefix, r.Path, r.LocalPref, r.Communities), "\n")
}

// text is a listing file.
func text(name string, version int, list []listed) string {
	var b strings.Builder
	fmt.Fprintf(&b, "version: 1\nlist: {name: %s, publisher: \"version %d\"}\nproviders:\n", name, version)
	for _, p := range list {
		match := fmt.Sprintf("prefixes: [%s]", p.prefix)
		if !p.prefix.IsValid() {
			match = fmt.Sprintf("asns: [%s]", p.origin)
		}
		until := ""
		if !p.until.IsZero() {
			until = ", expires: " + p.until.Format(time.DateOnly)
		}
		fmt.Fprintf(&b, "  - {name: %s, %s, treatment: %s, listed: %s%s, allow_reserved: true}\n", p.id, match,
			p.treatment, p.since.Format(time.DateOnly), until)
	}
	return b.String()
}

// drop is a feed in Spamhaus's JSON.
func drop(list []listed) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "{\"cidr\":%q,\"sblid\":%q,\"rir\":\"test\"}\n", p.prefix, p.id)
	}
	return fmt.Sprintf("%s{\"type\":\"metadata\",\"timestamp\":1752302274,\"size\":%d,\"records\":%d}\n", b.String(),
		b.Len(), len(list))
}
