package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"

	"depeer/policies"
)

// gift is one change that our policy makes to routes.
type gift struct {
	kind  giftKind
	value string // as text
	by    string // the treatment; empty: the tags of members' choices
	// export: our export policy makes the change, towards these members only.
	export    bool
	receivers []netip.Addr
	place     string // where the operator's statements stand
}

type giftKind uint8

const (
	givesLocalPref giftKind = iota
	givesMED
	givesPrepend
	givesCommunity
	givesLarge
	givesTag
)

// giftsOf returns the gifts of a policy, without marks, each once.
func giftsOf(p *policies.RoutingPolicy) []gift {
	var out []gift
	add := func(g gift) {
		same := func(o gift) bool {
			return o.kind == g.kind && o.value == g.value && o.by == g.by && o.export == g.export &&
				slices.Equal(o.receivers, g.receivers)
		}
		if !slices.ContainsFunc(out, same) {
			out = append(out, g)
		}
	}
	for _, statements := range [][]policies.Statement{p.Import, p.Export} {
		for _, st := range statements {
			g := gift{by: st.Treatment()}
			if st.Conditions.NeighborSet.Set != "" { // on export only
				g = gift{by: "a choice", export: true, receivers: receiversOf(p, st)}
			}
			for _, one := range giftsIn(st.Actions) {
				one.by, one.export, one.receivers = g.by, g.export, g.receivers
				add(one)
			}
		}
	}
	return out
}

// receiversOf returns the members that an export statement is for.
func receiversOf(p *policies.RoutingPolicy, st policies.Statement) []netip.Addr {
	return policies.ElementsOf[policies.Neighbors](p, st.Conditions.NeighborSet.Set)
}

// giftsIn returns the gifts of actions, without marks, because the policy removes these itself.
func giftsIn(a policies.Actions) []gift {
	var out []gift
	if a.LocalPref != 0 {
		out = append(out, gift{kind: givesLocalPref, value: strconv.FormatUint(uint64(a.LocalPref), 10)})
	}
	if a.MED != nil {
		out = append(out, gift{kind: givesMED, value: strconv.FormatUint(uint64(*a.MED), 10)})
	}
	if a.Prepend != 0 {
		out = append(out, gift{kind: givesPrepend, value: strconv.Itoa(int(a.Prepend))})
	}
	for _, c := range a.Communities {
		out = append(out, gift{kind: givesCommunity, value: c.String()})
	}
	for _, c := range a.AddLargeCommunities {
		switch {
		case c.IsTag():
			out = append(out, gift{kind: givesTag, value: c.String()})
		case !c.IsScratch():
			out = append(out, gift{kind: givesLarge, value: c.String()})
		}
	}
	return out
}

// giftsAt returns the gifts that routes have at a place in a client's list.
func giftsAt(all []gift, c Client, isImport, isBehind bool) []gift {
	place := "before " + policyOf(isImport)
	if isBehind {
		place = "behind " + policyOf(isImport)
	}
	var out []gift
	for _, g := range all {
		if g.isOn(c, isImport, isBehind) {
			g.place = place
			out = append(out, g)
		}
	}
	return out
}

// isOn says whether routes have g at that place: the gifts of import, and behind depeer-export, in place of
// tags, the gifts of export to this client.
func (g gift) isOn(c Client, isImport, isBehind bool) bool {
	switch {
	case isImport || !isBehind:
		return !g.export
	case g.export:
		return slices.Contains(g.receivers, c.Address)
	default:
		return g.kind != givesTag
	}
}

// String names the gift and its treatment.
func (g gift) String() string {
	by := "which " + g.by + " gives"
	switch g.kind {
	case givesLocalPref:
		return "local-pref " + g.value + ", " + by
	case givesMED:
		return "MED " + g.value + ", " + by
	case givesPrepend:
		return "the prepend of " + g.by
	case givesCommunity:
		return "community " + g.value + ", " + by
	case givesLarge:
		return "large community " + g.value + ", " + by
	case givesTag:
		return "the tags that members' choices are acted on by"
	default:
		panic(fmt.Sprintf("plan: no kind %d of gift", uint8(g.kind)))
	}
}
