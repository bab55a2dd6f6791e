package judge

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
)

// kind is a kind of defined sets.
type kind struct {
	word, path, key string
	api             api.DefinedType
	names           func(*oc.DefinedSets) []string
	only            func(d *oc.DefinedSets, i int) oc.DefinedSets // the i-th alone
}

// namesOf and onlyOf make the fields of a kind.
func namesOf[T any](list func(*oc.DefinedSets) *[]T, name func(T) string) func(*oc.DefinedSets) []string {
	return func(d *oc.DefinedSets) []string {
		var names []string
		for _, s := range *list(d) {
			names = append(names, name(s))
		}
		return names
	}
}

func onlyOf[T any](list func(*oc.DefinedSets) *[]T) func(*oc.DefinedSets, int) oc.DefinedSets {
	return func(d *oc.DefinedSets, i int) oc.DefinedSets {
		var one oc.DefinedSets
		*list(&one) = (*list(d))[i : i+1 : i+1]
		return one
	}
}

func kindOf[T any](word, path, key string, typ api.DefinedType, list func(*oc.DefinedSets) *[]T,
	name func(T) string) kind {
	return kind{word, "defined-sets." + path, key, typ, namesOf(list, name), onlyOf(list)}
}

var kinds = []kind{
	kindOf("prefix set", "prefix-sets", "prefix-set-name", api.DefinedType_PREFIX,
		func(d *oc.DefinedSets) *[]oc.PrefixSet { return &d.PrefixSets },
		func(s oc.PrefixSet) string { return s.PrefixSetName }),
	kindOf("neighbor set", "neighbor-sets", "neighbor-set-name", api.DefinedType_NEIGHBOR,
		func(d *oc.DefinedSets) *[]oc.NeighborSet { return &d.NeighborSets },
		func(s oc.NeighborSet) string { return s.NeighborSetName }),
	kindOf("AS path set", "bgp-defined-sets.as-path-sets", "as-path-set-name", api.DefinedType_AS_PATH,
		func(d *oc.DefinedSets) *[]oc.AsPathSet { return &d.BgpDefinedSets.AsPathSets },
		func(s oc.AsPathSet) string { return s.AsPathSetName }),
	kindOf("community set", "bgp-defined-sets.community-sets", "community-set-name", api.DefinedType_COMMUNITY,
		func(d *oc.DefinedSets) *[]oc.CommunitySet { return &d.BgpDefinedSets.CommunitySets },
		func(s oc.CommunitySet) string { return s.CommunitySetName }),
	kindOf("ext-community set", "bgp-defined-sets.ext-community-sets", "ext-community-set-name",
		api.DefinedType_EXT_COMMUNITY,
		func(d *oc.DefinedSets) *[]oc.ExtCommunitySet { return &d.BgpDefinedSets.ExtCommunitySets },
		func(s oc.ExtCommunitySet) string { return s.ExtCommunitySetName }),
	kindOf("large-community set", "bgp-defined-sets.large-community-sets", "large-community-set-name",
		api.DefinedType_LARGE_COMMUNITY,
		func(d *oc.DefinedSets) *[]oc.LargeCommunitySet { return &d.BgpDefinedSets.LargeCommunitySets },
		func(s oc.LargeCommunitySet) string { return s.LargeCommunitySetName }),
}

// locateProblems finds why no policy is loaded. It loads each set alone, then each policy with the
// good sets, then each of its statements. The other problems are duplicate names.
func (m *fileMeaning) locateProblems(ctx context.Context, why string) []Problem {
	var out []Problem
	l := locator{ctx: ctx, global: m.c.Global, bad: map[string]bool{}}
	for _, k := range kinds {
		for i, name := range k.names(&m.c.DefinedSets) {
			one := k.only(&m.c.DefinedSets, i)
			if said, ok := l.canLoad(meaningOf(&oc.BgpConfigSet{DefinedSets: one})); !ok {
				out = append(out, Problem{NoPolicy, nameObject(k.word, name),
					fmt.Sprintf("%s[%d].%s", k.path, i, k.key),
					said})
				l.bad[name] = true
				continue
			}
			l.good = append(l.good, one)
		}
	}
	policies, statements := map[string]bool{}, map[string]bool{}
	for i, p := range m.c.PolicyDefinitions {
		path := fmt.Sprintf("policy-definitions[%d]", i)
		if policies[p.Name] {
			out = append(out, Problem{NoPolicy, nameObject("policy", p.Name), path + ".name", "it is defined twice"})
		}
		policies[p.Name] = true
		bare := p
		bare.Statements = nil
		if said, ok := l.canLoad(meaningOf(&oc.BgpConfigSet{PolicyDefinitions: []oc.PolicyDefinition{bare}})); !ok {
			out = append(out, Problem{NoPolicy, nameObject("policy", p.Name), path + ".name", said})
		}
		for j, s := range p.Statements {
			at := fmt.Sprintf("%s.statements[%d]", path, j)
			if statements[s.Name] && s.Name != "" {
				out = append(out, Problem{NoPolicy, nameObject("statement", s.Name), at + ".name",
					"a statement of that name is there already"})
			}
			statements[s.Name] = true
			one := oc.PolicyDefinition{Name: cmp.Or(p.Name, "unnamed"), Statements: []oc.Statement{s}}
			c := &oc.BgpConfigSet{PolicyDefinitions: []oc.PolicyDefinition{one}, DefinedSets: l.neededSets(s)}
			if said, ok := l.canLoad(meaningOf(c)); !ok && !l.asksForBad(s) {
				out = append(out, Problem{NoPolicy, nameObject("statement", s.Name), at + ".name", said})
			}
		}
	}
	if len(out) == 0 {
		out = append(out, Problem{Kind: NoPolicy, Why: cmp.Or(why, "gobgpd cannot load its policy")})
	}
	return out
}

func nameObject(what, name string) string {
	if name == "" {
		return "a " + what + " without a name"
	}
	return what + " " + name
}

// locator loads parts of a file, each from an empty state.
type locator struct {
	ctx    context.Context
	global oc.Global
	good   []oc.DefinedSets // of one set each
	bad    map[string]bool  // names of sets that are not
	e      *engine
	empty  *oc.BgpConfigSet
}

// canLoad says whether a policy can be loaded, and if not, why.
func (l *locator) canLoad(m *fileMeaning) (why string, ok bool) {
	if l.e == nil {
		l.e, l.empty = newEngine(), &oc.BgpConfigSet{Global: l.global}
		if _, err := l.e.loadConfig(l.ctx, l.empty); err != nil {
			l.e = nil
			return err.Error(), false
		}
	}
	l.e.current = l.empty
	m.c.Global = l.global
	lines, err := l.e.loadConfig(l.ctx, m.c)
	if err != nil {
		l.e = nil
		return err.Error(), false
	}
	why, lost := m.isPolicyLost(l.ctx, l.e, lines)
	if !lost {
		l.e.current = m.c
		l.e.loadConfig(l.ctx, l.empty) // so that the next one starts from nothing
	}
	return cmp.Or(why, "gobgpd cannot read it"), !lost
}

// neededSets returns the good sets that a statement refers to.
func (l *locator) neededSets(s oc.Statement) oc.DefinedSets {
	asked := setsOf(s)
	var out oc.DefinedSets
	for _, one := range l.good {
		for i, k := range kinds {
			if names := k.names(&one); len(names) == 1 && slices.Contains(asked[i:i+1], names[0]) {
				mergeSets(&out, one)
			}
		}
	}
	return out
}

// asksForBad says whether a statement refers to a set that is already reported.
func (l *locator) asksForBad(s oc.Statement) bool {
	return slices.ContainsFunc(setsOf(s), func(name string) bool { return name != "" && l.bad[name] })
}

// setsOf returns the sets that a statement refers to, one for each of kinds.
func setsOf(s oc.Statement) []string {
	c, bgp := s.Conditions, s.Conditions.BgpConditions
	return []string{
		c.MatchPrefixSet.PrefixSet, c.MatchNeighborSet.NeighborSet, bgp.MatchAsPathSet.AsPathSet,
		bgp.MatchCommunitySet.CommunitySet,
		bgp.MatchExtCommunitySet.ExtCommunitySet, bgp.MatchLargeCommunitySet.LargeCommunitySet,
	}
}

func mergeSets(d *oc.DefinedSets, one oc.DefinedSets) {
	b, o := &d.BgpDefinedSets, one.BgpDefinedSets
	d.PrefixSets = append(d.PrefixSets, one.PrefixSets...)
	d.NeighborSets = append(d.NeighborSets, one.NeighborSets...)
	b.AsPathSets = append(b.AsPathSets, o.AsPathSets...)
	b.CommunitySets = append(b.CommunitySets, o.CommunitySets...)
	b.ExtCommunitySets = append(b.ExtCommunitySets, o.ExtCommunitySets...)
	b.LargeCommunitySets = append(b.LargeCommunitySets, o.LargeCommunitySets...)
}
