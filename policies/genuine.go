package policies

import (
	"fmt"
	"slices"
	"strings"
)

// Names tell contents, so whoever reads objects back from a route server can tell
// those that build.Policy made from those that somebody made or changed by hand. The order
// of a set's elements does not matter, a daemon keeps none.

// Genuine says whether all of p is as build.Policy has named it.
func (p *RoutingPolicy) Genuine() bool {
	return GenuineStatements(p.Import) && GenuineStatements(p.Export) &&
		!slices.ContainsFunc(p.Sets, func(s Set) bool { return !s.Genuine() })
}

// Same says whether two policies, both of them genuine, are one: names tell contents.
// The order of sets means nothing.
func Same(a, b *RoutingPolicy) bool { return slices.Equal(a.objectNames(), b.objectNames()) }

// objectNames returns the names of all objects: sets, sorted, then statements.
func (p *RoutingPolicy) objectNames() []string {
	var names []string
	for _, s := range p.Sets {
		names = append(names, s.Kind().String()+" "+s.Name)
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

// Genuine says whether the set's name is the one of its elements.
func (s Set) Genuine() bool {
	i := strings.LastIndexByte(s.Name, '/')
	return s.Elements.Len() > 0 && i >= 0 && s.Name[i+1:] == digestLines(s.Elements.inOwnOrder().Lines())
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
