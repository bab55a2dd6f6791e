package gobgp

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// readSet reads a set of r.kind.
func (r *reader) readSet(s *api.DefinedSet) {
	if !strings.HasPrefix(s.Name, policies.Prefix) {
		r.noteTheirs(r.kind, s.Name, digestLines(sortedElements(s)...))
		r.keepElements(s)
		return
	}
	switch r.kind {
	case plan.PrefixSet:
		readOurs(r, s.Name, s.Prefixes, parseEntry,
			func(e []filters.Entry) policies.Elements { return policies.Prefixes(e) })
	case plan.ASPathSet:
		readOurs(r, s.Name, s.List, policies.ParseASPathPattern,
			func(p []policies.ASPathPattern) policies.Elements { return policies.ASPaths(p) })
	case plan.LargeCommunitySet:
		readOurs(r, s.Name, s.List, parseLarge,
			func(p []policies.LargeCommunityPattern) policies.Elements { return policies.LargeCommunities(p) })
	case plan.NeighborSet:
		if strings.HasPrefix(s.Name, plan.GatePrefix) {
			r.readGate(s)
			return
		}
		readOurs(r, s.Name, s.List, parseHost, func(a []netip.Addr) policies.Elements { return policies.Neighbors(a) })
	case plan.CommunitySet:
		r.readCommunities(s)
	default:
		r.noteConflict(r.kind, s.Name, "we make no %ss", r.kind)
	}
}

// readOurs reads a set of r.kind that has a name of ours.
func readOurs[From, To any](r *reader, name string, from []From, parse func(From) (To, error),
	elementsOf func([]To) policies.Elements) {
	to := make([]To, len(from))
	for i, f := range from {
		var err error
		if to[i], err = parse(f); err != nil {
			r.noteConflict(r.kind, name, "%v", err)
			return
		}
	}
	set := policies.Set{Name: name, Elements: elementsOf(to)}
	r.Sets[plan.ObjectOf(set)] = set.Elements
	if !set.Genuine() {
		r.noteConflict(r.kind, name, "its %d elements are not those that its name stands for", len(to))
	}
}

func parseEntry(p *api.Prefix) (filters.Entry, error) {
	prefix, err := netip.ParsePrefix(p.IpPrefix)
	if err != nil || prefix.Addr().Is4In6() || prefix != prefix.Masked() || p.MaskLengthMin > 128 ||
		p.MaskLengthMax > 128 {
		return filters.Entry{}, fmt.Errorf("we make no entry like %s %d..%d", p.IpPrefix, p.MaskLengthMin,
			p.MaskLengthMax)
	}
	return filters.Entry{Prefix: prefix, Min: uint8(p.MaskLengthMin), Max: uint8(p.MaskLengthMax)}, nil
}

// parseHost reads an address, which gobgpd lists as a prefix.
func parseHost(s string) (netip.Addr, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.IsSingleIP() || p.Addr().Is4In6() {
		return netip.Addr{}, fmt.Errorf("we make no neighbor like %s", s)
	}
	return p.Addr(), nil
}

// parseLarge reads a pattern back. gobgpd anchors a pattern that holds a whole
// community, one of ours as well: ^64500:666:1$ is listed as ^^64500:666:1$$, and in an
// action that came by file, which it reads twice, as ^^^64500:666:1$$$.
func parseLarge(s string) (policies.LargeCommunityPattern, error) {
	for strings.HasPrefix(s, "^^") && strings.HasSuffix(s, "$$") {
		s = s[1 : len(s)-1]
	}
	return policies.ParseLargeCommunityPattern(s)
}

// parseDropped reads a community that a statement removes: it reads back as a pattern,
// ^64500:64661$, and ^^64500:64661$$ where it came by file.
func parseDropped(s string) (policies.Community, error) {
	for strings.HasPrefix(s, "^") && strings.HasSuffix(s, "$") {
		s = s[1 : len(s)-1]
	}
	return policies.ParseCommunity(s)
}

// readGate reads a neighbor-set. An element that is there twice is as good as once.
func (r *reader) readGate(s *api.DefinedSet) {
	elements := slices.Compact(slices.Sorted(slices.Values(s.List)))
	switch {
	case slices.Equal(elements, slices.Sorted(slices.Values(nobody))):
		r.Gates[s.Name] = plan.Closed
	case slices.Equal(elements, slices.Sorted(slices.Values(slices.Concat(nobody, everybody)))):
		r.Gates[s.Name] = plan.Open
	default:
		r.Gates[s.Name] = plan.Modified
		r.noteConflict(r.kind, s.Name, "a gate that is neither closed nor open: %v", elements)
	}
}

// readCommunities reads one of our community-sets, which no policy refers to: what is
// in them is no community.
func (r *reader) readCommunities(s *api.DefinedSet) {
	switch s.Name {
	case markName:
		r.readMarks(s)
	case session.SetName:
		r.readSessionNotes(s)
	default:
		r.noteConflict(r.kind, s.Name, "we make no community-sets but %s and %s", markName, session.SetName)
	}
}

// readMarks reads the set of marks.
func (r *reader) readMarks(s *api.DefinedSet) {
	var marks []string
	for _, entry := range slices.Compact(slices.Sorted(slices.Values(s.List))) {
		mark, ok := strings.CutPrefix(entry, markPrefix)
		if !ok {
			r.noteConflict(r.kind, s.Name, "%s is no mark of ours", entry)
			continue
		}
		marks = append(marks, mark)
	}
	r.Applied, r.RolledBack = plan.ReadMarks(marks)
}

// listElements returns the elements of a community-set as they are; none if it is not
// there.
func (c *Client) listElements(ctx context.Context, set string) ([]string, error) {
	var out []string
	err := listStream(ctx, c, c.api.ListDefinedSet,
		&api.ListDefinedSetRequest{DefinedType: definedTypes[plan.CommunitySet], Name: set},
		func(a *api.ListDefinedSetResponse) {
			out = append(out, a.DefinedSet.GetList()...)
		})
	return out, err
}

// sortedElements returns the elements of a set, sorted: gobgpd keeps no order.
func sortedElements(s *api.DefinedSet) []string {
	lines := slices.Clone(s.List)
	for _, p := range s.Prefixes {
		lines = append(lines, fmt.Sprintf("%s %d..%d", p.IpPrefix, p.MaskLengthMin, p.MaskLengthMax))
	}
	slices.Sort(lines)
	return lines
}
