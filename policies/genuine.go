package policies

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"depeer/filters"
)

// Names tell contents, so whoever reads objects back from a route server can tell
// those that build.Policy made from those that somebody made or changed by hand. The order
// of a set's elements does not matter, a daemon keeps none.

// Genuine says whether all of p is as build.Policy has named it.
func (p *RoutingPolicy) Genuine() bool {
	return GenuineStatements(p.Import) && GenuineStatements(p.Export) &&
		all(p.PrefixSets, PrefixSet.Genuine) && all(p.NeighborSets, NeighborSet.Genuine) &&
		all(p.ASPathSets, ASPathSet.Genuine) && all(p.LargeCommunitySets, LargeCommunitySet.Genuine)
}

func all[S any](sets []S, is func(S) bool) bool {
	return !slices.ContainsFunc(sets, func(s S) bool { return !is(s) })
}

// Same says whether two policies, both of them genuine, are one: names tell contents.
// The order of sets means nothing.
func Same(a, b *RoutingPolicy) bool { return slices.Equal(a.names(), b.names()) }

// names returns the names of all objects: sets, sorted, then statements.
func (p *RoutingPolicy) names() []string {
	var names []string
	for _, s := range p.PrefixSets {
		names = append(names, "prefix "+s.Name)
	}
	for _, s := range p.NeighborSets {
		names = append(names, "neighbor "+s.Name)
	}
	for _, s := range p.ASPathSets {
		names = append(names, "as-path "+s.Name)
	}
	for _, s := range p.LargeCommunitySets {
		names = append(names, "large-community "+s.Name)
	}
	slices.Sort(names)
	for _, s := range p.Import {
		names = append(names, "import "+s.Name)
	}
	for _, s := range p.Export {
		names = append(names, "export "+s.Name)
	}
	return names
}

// Genuine says whether the set's name is the one of its entries.
func (s PrefixSet) Genuine() bool {
	return genuine(s.Name, inOrder(s.Entries, compareEntries), entryLine)
}

// Genuine says whether the set's name is the one of its addresses.
func (s NeighborSet) Genuine() bool {
	return genuine(s.Name, inOrder(s.Addresses, netip.Addr.Compare), netip.Addr.String)
}

// Genuine says whether the set's name is the one of its patterns.
func (s ASPathSet) Genuine() bool {
	return genuine(s.Name, inOrder(s.Patterns, comparePatterns), ASPathPattern.String)
}

// Genuine says whether the set's name is the one of its patterns.
func (s LargeCommunitySet) Genuine() bool {
	return genuine(s.Name, inOrder(s.Patterns, LargeCommunityPattern.comparePattern), LargeCommunityPattern.String)
}

// inOrder returns the elements sorted; the list itself, if it is: it may be long.
func inOrder[E any](list []E, compare func(a, b E) int) []E {
	if !slices.IsSortedFunc(list, compare) {
		list = slices.Clone(list)
		slices.SortFunc(list, compare)
	}
	return list
}

func genuine[E any](name string, elements []E, line func(E) string) bool {
	i := strings.LastIndexByte(name, '/')
	return len(elements) > 0 && i >= 0 && name[i+1:] == digestOf(elements, line)
}

// GenuineStatements says whether the names of statements, a whole policy of ours in
// order, are those that build.Policy gives to what they say.
func GenuineStatements(statements []Statement) bool {
	renamed := slices.Clone(statements)
	for i, s := range renamed {
		_, label, found := strings.Cut(strings.TrimPrefix(s.Name, Prefix), fmt.Sprintf("/%03d-", i+1))
		if !found {
			return false
		}
		renamed[i].Name = label
	}
	NameStatements(renamed)
	for i := range statements {
		if statements[i].Name != renamed[i].Name {
			return false
		}
	}
	return true
}

func digestOf[E any](elements []E, line func(E) string) string {
	return digest(func(w io.Writer) {
		for _, e := range elements {
			fmt.Fprintln(w, line(e))
		}
	})
}

// entryLine is "prefix min..max". There may be many, so it goes without fmt.
func entryLine(e filters.Entry) string {
	line := e.Prefix.AppendTo(make([]byte, 0, 64))
	line = strconv.AppendUint(append(line, ' '), uint64(e.Min), 10)
	return string(strconv.AppendUint(append(line, ".."...), uint64(e.Max), 10))
}
