package gobgp

import (
	"cmp"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/plan"
)

const (
	lockPrefix    = policies.Prefix + "lock/"
	lockStatement = policies.Prefix + "lock"

	markName   = policies.Prefix + "applied"
	markPrefix = "v1-" // never a number nor a:b, which gobgpd would read as a community
)

// A gate, closed and what opens it: see package plan.
var (
	nobody    = []string{"0.0.0.0/32", "::/128"}
	everybody = []string{"0.0.0.0/0", "::/0"}
)

// definedTypes are the kinds of sets in gobgpd's numbers. (It has names for tag
// and next-hop sets, and neither.)
var definedTypes = map[plan.Kind]api.DefinedType{
	plan.PrefixSet:         api.DefinedType_PREFIX,
	plan.NeighborSet:       api.DefinedType_NEIGHBOR,
	plan.ASPathSet:         api.DefinedType_AS_PATH,
	plan.CommunitySet:      api.DefinedType_COMMUNITY,
	plan.ExtCommunitySet:   api.DefinedType_EXT_COMMUNITY,
	plan.LargeCommunitySet: api.DefinedType_LARGE_COMMUNITY,
}

func gateSet(name string, list []string) *api.DefinedSet {
	return &api.DefinedSet{DefinedType: api.DefinedType_NEIGHBOR, Name: name, List: list}
}

func markEntry(mark string) string { return markPrefix + mark }

func markSet(mark string) *api.DefinedSet {
	return &api.DefinedSet{DefinedType: api.DefinedType_COMMUNITY, Name: markName, List: []string{markEntry(mark)}}
}

// definedSet returns the set of an AddSet.
func definedSet(call plan.Call) *api.DefinedSet {
	set := &api.DefinedSet{DefinedType: definedTypes[call.Kind], Name: call.Name}
	switch elements := call.Elements.(type) {
	case policies.Prefixes:
		for _, e := range elements {
			set.Prefixes = append(set.Prefixes, &api.Prefix{IpPrefix: e.Prefix.String(), MaskLengthMin: uint32(e.Min),
				MaskLengthMax: uint32(e.Max)})
		}
	case policies.Neighbors:
		for _, a := range elements {
			set.List = append(set.List, netip.PrefixFrom(a, a.BitLen()).String())
		}
	default:
		set.List = slices.Collect(elements.Lines())
	}
	return set
}

func toStatement(s plan.Statement) *api.Statement {
	return &api.Statement{
		Name: s.Name,
		Conditions: &api.Conditions{
			PrefixSet:         toMatchSet(s.Conditions.PrefixSet),
			NeighborSet:       cmp.Or(gateCondition(s.Gate), toMatchSet(s.Conditions.NeighborSet)),
			AsPathSet:         toMatchSet(s.Conditions.ASPathSet),
			LargeCommunitySet: toMatchSet(s.Conditions.LargeCommunitySet),
		},
		Actions: toActions(s.Actions),
	}
}

func toMatchSet(c policies.Condition) *api.MatchSet {
	switch {
	case c.Set == "":
		return nil
	case c.Invert:
		return &api.MatchSet{Type: api.MatchSet_INVERT, Name: c.Set}
	default:
		return &api.MatchSet{Type: api.MatchSet_ANY, Name: c.Set}
	}
}

func gateCondition(g plan.Gate) *api.MatchSet {
	return toMatchSet(policies.Condition{Set: g.Set, Invert: g.Invert})
}

func toActions(a policies.Actions) *api.Actions {
	out := &api.Actions{
		Community:      toCommunityAction(api.CommunityAction_ADD, textsOf(a.Communities)),
		LargeCommunity: toCommunityAction(api.CommunityAction_ADD, textsOf(a.AddLargeCommunities)),
	}
	if len(a.DropCommunities) != 0 {
		out.Community = toCommunityAction(api.CommunityAction_REMOVE, textsOf(a.DropCommunities))
	}
	if len(a.DropLargeCommunities) != 0 {
		out.LargeCommunity = toCommunityAction(api.CommunityAction_REMOVE, textsOf(a.DropLargeCommunities))
	}
	if a.Reject {
		out.RouteAction = api.RouteAction_REJECT
	}
	if a.LocalPref != 0 {
		out.LocalPref = &api.LocalPrefAction{Value: a.LocalPref}
	}
	if a.MED != nil {
		out.Med = &api.MedAction{Type: api.MedAction_REPLACE, Value: int64(*a.MED)} // the zero type would add
	}
	if a.Prepend != 0 {
		out.AsPrepend = &api.AsPrependAction{Repeat: uint32(a.Prepend), UseLeftMost: true}
	}
	return out
}

func toCommunityAction(t api.CommunityAction_Type, list []string) *api.CommunityAction {
	if len(list) == 0 {
		return nil
	}
	return &api.CommunityAction{Type: t, Communities: list}
}

func textsOf[S interface{ String() string }](list []S) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s.String()
	}
	return out
}
