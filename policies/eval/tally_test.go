package eval_test

import (
	"slices"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
)

// tally counts how often each kind of condition was met and missed by a route,
// and how often something else that matters was there.
type tally map[string]*struct{ met, missed int }

// kinds are what TestDifferential must see, each met and missed.
var kinds = []string{
	"prefix-set, IPv4", "prefix-set, IPv6", "prefix-set INVERT, IPv4", "prefix-set INVERT, IPv6",
	"as-path-set, origin", "as-path-set, neighbor", "as-path-set, path",
	"large-community-set", "large-community-set INVERT",
	"refused", "local-pref", "med", "prepended", "communities", "large communities",
	"AS_SET", "empty path", "starts with AS_SET", "32-bit ASN", "carries a mark", "a reason is scrubbed",
	"refused by choice", "changed by choice", "tagged, and not by choice", "left out as short",
}

// enough is how often each of them must be met, and missed.
const enough = 100

func (t tally) add(kind string, met bool) {
	if t[kind] == nil {
		t[kind] = &struct{ met, missed int }{}
	}
	if met {
		t[kind].met++
	} else {
		t[kind].missed++
	}
}

func (t tally) check(test *testing.T) {
	for _, kind := range kinds {
		t.add(kind, true)
		got := *t[kind]
		if got.met--; min(got.met, got.missed) < enough {
			test.Errorf("%s: met %d times, missed %d times, want %d", kind, got.met, got.missed, enough)
		}
		test.Logf("%s: met %d, missed %d", kind, got.met, got.missed)
	}
}

// chosen counts what is done for one member alone.
func (t tally) chosen(effect string, tagged bool) {
	t.add("refused by choice", effect == "refuse")
	t.add("changed by choice", effect != "refuse" && effect != "")
	t.add("tagged, and not by choice", tagged && effect == "")
}

// count follows r through p, as far as it comes.
func (t tally) count(p *policies.RoutingPolicy, r policies.Route) {
	t.add("AS_SET", slices.Contains(r.Path, 0))
	t.add("empty path", len(r.Path) == 0)
	t.add("starts with AS_SET", len(r.Path) > 0 && r.Path[0] == 0)
	t.add("32-bit ASN", slices.ContainsFunc(r.Path, func(a filters.ASN) bool { return a > 65535 }))
	t.add("carries a mark", slices.ContainsFunc(r.LargeCommunities, func(c policies.LargeCommunity) bool {
		return policies.Marks(0).Matches(c) || policies.Marks(64500).Matches(c)
	}))
	for _, s := range p.Import {
		holds := t.statement(p, s, r)
		if strings.HasSuffix(s.Name, "-short") {
			t.add("left out as short", holds)
		}
		if !holds {
			continue
		}
		t.add("a reason is scrubbed", slices.ContainsFunc(r.LargeCommunities, func(c policies.LargeCommunity) bool {
			return !c.IsScratch() && slices.ContainsFunc(s.Actions.DropLargeCommunities,
				func(p policies.LargeCommunityPattern) bool { return p.Matches(c) })
		}))
		a := s.Actions
		t.add("refused", a.Reject)
		if a.Reject {
			return
		}
		t.add("local-pref", a.LocalPref != 0)
		t.add("med", a.MED != nil)
		t.add("prepended", a.Prepend != 0)
		t.add("communities", len(a.Communities) != 0)
		t.add("large communities", len(a.AddLargeCommunities) != 0)
		r = oracleChange(r, a)
	}
}

// statement counts the conditions of s, in the order in which GoBGP looks at
// them, and says whether all hold.
func (t tally) statement(p *policies.RoutingPolicy, s policies.Statement, r policies.Route) bool {
	inverted := map[bool]string{true: " INVERT"}
	if c := s.Conditions.PrefixSet; c.Set != "" {
		v4 := r.Prefix.Addr().Is4()
		if policies.ElementsOf[policies.Prefixes](p, c.Set)[0].Prefix.Addr().Is4() != v4 {
			return false
		}
		holds := prefixHolds(p, c, r)
		t.add("prefix-set"+inverted[c.Invert]+map[bool]string{true: ", IPv4", false: ", IPv6"}[v4], holds)
		if !holds {
			return false
		}
	}
	if c := s.Conditions.ASPathSet; c.Set != "" {
		any := false
		for _, pattern := range policies.ElementsOf[policies.ASPaths](p, c.Set) {
			holds := looks(pattern, r.Path)
			t.add("as-path-set, "+pattern.Where.String(), holds)
			any = any || holds
		}
		if any == c.Invert {
			return false
		}
	}
	if c := s.Conditions.LargeCommunitySet; c.Set != "" {
		holds := c.Invert != slices.ContainsFunc(r.LargeCommunities, func(l policies.LargeCommunity) bool {
			return slices.ContainsFunc(policies.ElementsOf[policies.LargeCommunities](p, c.Set),
				func(p policies.LargeCommunityPattern) bool { return p.Matches(l) })
		})
		t.add("large-community-set"+inverted[c.Invert], holds)
		return holds
	}
	return true
}

func looks(p policies.ASPathPattern, path []filters.ASN) bool {
	switch n := len(path); {
	case n == 0:
		return false
	case p.Where == filters.Origin:
		return path[n-1] == p.ASN
	case p.Where == filters.Neighbor:
		return path[0] == p.ASN
	default:
		return slices.Contains(path, p.ASN)
	}
}
