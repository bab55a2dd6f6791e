package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// The operator's policies stand around ours in a client's lists:
//
//	import   before   depeer          behind
//	           |                        |
//	           prepends: matches by     sets, removes, or matches what ours give
//	           AS path change
//	export   before   depeer-export   behind
//	           |                        |
//	           removes or matches       as on import, and what choices give
//	           what import gives
//
// The findings are about statements, not about routes: if a statement has conditions of its own, it is not
// known whether it matches a treated route. A policy of the operator's that accepts before ours is an
// obstacle: see DecidesBefore.

// Interference is a statement of the operator's that undoes a change that our policy makes, matches on it,
// or changes what our policy matches.
type Interference struct {
	Policy    string       `json:"policy"`
	Statement string       `json:"statement"`
	What      string       `json:"what"`      // in plain words
	Direction string       `json:"direction"` // import or export
	Members   []netip.Addr `json:"members"`   // in whose lists it stands, by address

	Undoes bool `json:"-"` // takes off, or replaces, what ours give
}

// Interferences returns how the operator's policies interfere with want, in a fixed order: import first, then
// by policy, in the order of statements. It is never nil.
func (s *State) Interferences(want *policies.RoutingPolicy) []Interference {
	found := interferences{at: make(map[string]int), out: []Interference{}}
	gifts := giftsOf(want)
	for _, isImport := range []bool{true, false} {
		for _, c := range s.Clients {
			if c.RouteServer {
				s.addInterferences(&found, c, isImport, want, gifts)
			}
		}
	}
	return found.out
}

// addInterferences adds the interferences of the statements around our policy in one list of a client.
func (s *State) addInterferences(found *interferences, c Client, isImport bool, want *policies.RoutingPolicy,
	gifts []gift) {
	before, behind, ok := s.statementsAround(c, isImport)
	if !ok {
		return
	}
	note := func(o placedStatement, what string, undoes bool) {
		found.addStatement(o, isImport, c.Address, what, undoes)
	}
	for _, o := range before {
		if !isImport {
			o.noteMeddling(note, giftsAt(gifts, c, isImport, false))
			continue
		}
		for _, what := range o.describeMisleading(want, c, s.Clients) {
			note(o, what, false)
		}
	}
	for _, o := range behind {
		o.noteMeddling(note, giftsAt(gifts, c, isImport, true))
	}
}

// placedStatement is a statement of the operator's in a policy.
type placedStatement struct {
	OperatorStatement
	policy string
}

// statementsAround returns the statements before and behind our policy in a list of a client that may match
// its routes. ok is false if the list does not get our policy.
func (s *State) statementsAround(c Client, isImport bool) (before, behind []placedStatement, ok bool) {
	list, ours := c.listOf(isImport), policyOf(isImport)
	if !slices.Contains(list, ours) {
		if list, ok = s.placeOurs(c, isImport); !ok {
			return nil, nil, false
		}
	}
	place := slices.Index(list, ours)
	return s.statementsAsked(list[:place], c), s.statementsAsked(list[place+1:], c), true
}

// statementsAsked returns the statements of the operator's policies that may match a client's routes, up to
// the first that ends the list for every route.
func (s *State) statementsAsked(list []string, c Client) []placedStatement {
	var out []placedStatement
	for _, policy := range list {
		for _, o := range s.Operator[policy] {
			if !o.appliesTo(c.Address) {
				continue
			}
			out = append(out, placedStatement{o, policy})
			if o.endsList() {
				return out
			}
		}
	}
	return out
}

// PrependsBefore returns the ASNs that the operator's policies may prepend to the AS paths of a client's
// routes before our import policy.
func (s *State) PrependsBefore(c Client) []filters.ASN {
	var out []filters.ASN
	before, _, _ := s.statementsAround(c, true)
	for _, o := range before {
		if asn := filters.ASN(o.Prepend); asn != 0 && !slices.Contains(out, asn) {
			out = append(out, asn)
		}
	}
	return out
}

// noteMeddling adds the interference of a statement with gifts, if any.
func (o *placedStatement) noteMeddling(note func(placedStatement, string, bool), gifts []gift) {
	for _, g := range gifts {
		if verb := o.describeUndoing(g); verb != "" {
			note(*o, fmt.Sprintf("%s %s%s", verb, g.place, o.describeConditions()), true)
		}
		if verb := o.describeMatching(g); verb != "" {
			note(*o, fmt.Sprintf("%s %s, %s", verb, g.place, o.describeAction()), false)
		}
	}
}

// describeUndoing says how a statement undoes a gift, or "".
func (o *placedStatement) describeUndoing(g gift) string {
	switch g.kind {
	case givesLocalPref:
		if o.LocalPref != nil && strconv.FormatUint(uint64(*o.LocalPref), 10) != g.value {
			return fmt.Sprintf("sets local-pref %d over %s,", *o.LocalPref, g)
		}
	case givesMED:
		switch {
		case o.MED.Replaces && strconv.FormatInt(o.MED.Value, 10) != g.value:
			return fmt.Sprintf("sets MED %d over %s,", o.MED.Value, g)
		case !o.MED.Replaces && o.MED.Value != 0:
			return fmt.Sprintf("adds %d to %s,", o.MED.Value, g)
		}
	case givesCommunity:
		return o.OnCommunities.describeUndoing(g)
	case givesLarge, givesTag:
		return o.OnLarge.describeUndoing(g)
	}
	return ""
}

// describeUndoing says how a change of communities removes a community that is a gift, or "".
func (c CommunityChange) describeUndoing(g gift) string {
	switch {
	case c.Replaces && !slices.Contains(c.Adds, g.value):
		return fmt.Sprintf("replaces communities, and takes off %s,", g)
	case slices.ContainsFunc(c.Removes, g.isMatched):
		return fmt.Sprintf("removes %s,", g)
	default:
		return ""
	}
}

// isMatched says whether a community matches a regular expression of gobgpd's. It says yes for an expression
// that it cannot read.
func (g gift) isMatched(expression string) bool {
	r, err := regexp.Compile(expression)
	return err != nil || r.MatchString(g.value)
}

// describeMatching says how a statement matches on a gift, or "".
func (o *placedStatement) describeMatching(g gift) string {
	how, by := NotAsked, []string(nil)
	switch g.kind {
	case givesCommunity:
		how, by = o.AsksCommunity, o.Communities
	case givesLarge, givesTag:
		how, by = o.AsksLarge, o.Large
	case givesPrepend:
		if o.AsksPathLength {
			return "looks at the length of AS paths, and so at " + g.String() + ","
		}
	}
	switch {
	case how == NotAsked || !slices.ContainsFunc(by, g.isMatched):
		return ""
	case how == NoneOf:
		return fmt.Sprintf("leaves routes out that have %s,", g)
	default:
		return fmt.Sprintf("matches %s,", g)
	}
}

// describeConditions qualifies what a statement does that has conditions.
func (o *placedStatement) describeConditions() string {
	if o.Conditional {
		return ", where its own conditions match"
	}
	return ""
}

// describeAction says what a statement does to routes that it matches.
func (o *placedStatement) describeAction() string {
	var does []string
	if o.LocalPref != nil {
		does = append(does, fmt.Sprintf("sets local-pref %d", *o.LocalPref))
	}
	if o.MED.Replaces || o.MED.Value != 0 {
		does = append(does, "changes MED")
	}
	if o.Prepend != 0 || o.PrependLeftmost {
		does = append(does, "prepends")
	}
	for _, c := range []CommunityChange{o.OnCommunities, o.OnLarge} {
		switch {
		case c.Replaces:
			does = append(does, "replaces communities by "+strings.Join(c.Adds, " "))
		case len(c.Removes) > 0:
			does = append(does, "removes "+strings.Join(c.Removes, " "))
		case len(c.Adds) > 0:
			does = append(does, "adds "+strings.Join(c.Adds, " "))
		}
	}
	switch o.Decision {
	case Accept:
		does = append(does, "accepts")
	case Reject:
		does = append(does, "refuses the route")
	case None:
	}
	if len(does) == 0 {
		return "and changes nothing that is known here"
	}
	return "and " + strings.Join(does, ", ")
}

// describeMisleading says how a statement before our import policy changes matches by AS path.
func (o *placedStatement) describeMisleading(want *policies.RoutingPolicy, c Client, clients []Client) []string {
	asn := filters.ASN(o.Prepend)
	if asn == 0 {
		return nil // nothing, or the leftmost ASN again: the neighbor stays the same
	}
	var lost []string
	var out []string
	for _, pattern := range patternsOf(want) {
		isClient := func(c Client) bool { return c.RouteServer && c.ASN == pattern.ASN }
		switch {
		case pattern.ASN == asn && pattern.Where != filters.Origin:
			out = append(out, fmt.Sprintf("prepends AS%s before %s: matches of AS%s take every route that it is "+
				"prepended to", asn, policies.ImportPolicy, asn))
		case pattern.Where != filters.Neighbor || pattern.ASN == asn:
		case c.ASN == pattern.ASN || !slices.ContainsFunc(clients, isClient): // another client's are not met here
			lost = append(lost, "AS"+pattern.ASN.String())
		}
	}
	if len(lost) > 0 {
		const few = 3
		more := ""
		if len(lost) > few {
			lost, more = lost[:few], fmt.Sprintf(" and %d more", len(lost)-few)
		}
		out = append(out, fmt.Sprintf("prepends AS%s before %s%s: match: neighbor of %s%s cannot hold there", asn,
			policies.ImportPolicy, o.describeConditions(), strings.Join(lost, ", "), more))
	}
	return slices.Compact(out)
}

// patternsOf returns the patterns that import statements look for in AS paths.
func patternsOf(p *policies.RoutingPolicy) []policies.ASPathPattern {
	var out []policies.ASPathPattern
	for _, patterns := range policies.SetsOf[policies.ASPaths](p) {
		for _, pattern := range patterns {
			if !slices.Contains(out, pattern) {
				out = append(out, pattern)
			}
		}
	}
	slices.SortFunc(out, func(a, b policies.ASPathPattern) int {
		return cmp.Or(cmp.Compare(a.ASN, b.ASN), cmp.Compare(a.Where, b.Where))
	})
	return out
}

// interferences gathers interferences, each with its members.
type interferences struct {
	out []Interference
	at  map[string]int // by all that is said
}

func (f *interferences) addStatement(o placedStatement, isImport bool, member netip.Addr, what string, undoes bool) {
	direction := "export"
	if isImport {
		direction = "import"
	}
	key := strings.Join([]string{o.policy, o.Name, direction, what}, "\x00")
	i, known := f.at[key]
	if !known {
		i = len(f.out)
		f.at[key], f.out = i, append(f.out, Interference{Policy: o.policy, Statement: o.Name, Direction: direction,
			What: what, Undoes: undoes})
	}
	if last := len(f.out[i].Members) - 1; last < 0 || f.out[i].Members[last] != member {
		f.out[i].Members = append(f.out[i].Members, member)
	}
}
