package eval

import (
	"fmt"

	"depeer/policies"
)

// Evaluator is a RoutingPolicy compiled to judge many routes.
type Evaluator struct {
	policy     *policies.RoutingPolicy
	sets       sets
	prefixes   prefixTable
	paths      pathTable
	large      largeTable
	statements []statement
	keys       []uint32 // of the statements
	unkeyed    bool     // some statement may match a route without any bit
	effects    []string // of the statements; see Effect
	tags       []policies.LargeCommunity
	scrubs     []policies.LargeCommunityPattern // see Scrubbed
	given      []given                          // by the statements; see Carries
}

// New compiles the import half of p, which must not be changed afterwards. It
// panics if a condition refers to a set that is empty or not in p: build.Policy makes no
// such policy, and gobgpd loads none.
func New(p *policies.RoutingPolicy) *Evaluator {
	e := &Evaluator{policy: p, sets: numberSets(p), large: newLargeTable(p), effects: listEffects(p), tags: p.Tags(),
		scrubs: scrubsOf(p)}
	e.prefixes = newPrefixTable(p, e.sets)
	e.paths = newPathTable(p, e.sets)
	e.given = givenBy(p, e.effects)
	for i, s := range p.Import {
		if s.Conditions.NeighborSet.Set != "" {
			panic(fmt.Sprintf("eval: import statement %s asks for a neighbor", s.Name))
		}
		compiled := statement{
			prefix: e.sets.compileCondition(s.Conditions.PrefixSet),
			path:   e.sets.compileCondition(s.Conditions.ASPathSet),
			add:    e.large.addMask(s.Actions.AddLargeCommunities),
			drop:   e.large.matchMask(s.Actions.DropLargeCommunities),
			acts:   e.effects[i] != "",
			reject: s.Actions.Reject,
		}
		if compiled.prefix.kind != none {
			compiled.is6 = e.sets.is6[s.Conditions.PrefixSet.Set]
		}
		compiled.large = e.large.compileCondition(p, s.Conditions.LargeCommunitySet)
		e.statements = append(e.statements, compiled)
		key := compiled.packKey()
		e.keys, e.unkeyed = append(e.keys, key), e.unkeyed || key == always
	}
	return e
}

// Verdict is what a policy does to a route. Those of one Evaluator are comparable:
// equal ones are of the same statement. To compare those of two, use Effect.
type Verdict struct {
	// The number of the statement that decided, counted from 1 (0: none), and in the
	// lowest bit whether it refused: there is one for each of millions of routes.
	packed uint32
}

func verdictOf(statement int, refused bool) Verdict {
	v := Verdict{uint32(statement+1) << 1}
	if refused {
		v.packed |= 1
	}
	return v
}

func (v Verdict) statement() uint32 { return v.packed >> 1 }

// Refused says whether the route is refused.
func (v Verdict) Refused() bool { return v.packed&1 != 0 }

// Treated says whether the route is refused, or comes out changed. Taking large
// communities off, which scrubs our own scratch space, is no treatment, nor are tags,
// which never reach a member.
func (v Verdict) Treated() bool { return v.packed != 0 }

// Cut returns the verdict on routes of a session that is shut down: they are refused, by no
// statement.
func Cut() Verdict { return Verdict{1} }

// Verdict judges r. It does not allocate.
func (e *Evaluator) Verdict(r *policies.Route) Verdict { return e.runStatements(r, nil) }

// Meeting returns the verdicts of all statements that treat routes and whose prefix set and AS-path
// set r meets, in order, whatever an earlier statement does to r: the one that decides, and those
// that it overrules. It does not check the exceptions of groups.
func (e *Evaluator) Meeting(r *policies.Route) []Verdict {
	hits := make(bits, e.sets.words)
	e.prefixes.setHits(r.Prefix, hits)
	e.paths.setHits(r.Path, hits)
	var out []Verdict
	for i := range e.statements {
		if s := &e.statements[i]; s.acts && s.meetsSets(hits, r.Prefix.Addr().Is6()) {
			out = append(out, verdictOf(i, s.reject))
		}
	}
	return out
}

// Statement returns the statement that decided v: the one that refused the route,
// or the last one that changed it (in a policy of build.Policy the only one).
// False if there is none.
func (e *Evaluator) Statement(v Verdict) (policies.Statement, bool) {
	if v.statement() == 0 {
		return policies.Statement{}, false
	}
	return e.policy.Import[v.statement()-1], true
}

// Effect returns what the statement that decided v does, as canonical text without
// the marks and tags: "refuse", or such as "local-pref 50, prepend 2". Empty for a route that
// is not treated. It does not allocate. A route with the same effect in two
// policies of build.Policy, and the same communities scrubbed, comes out of both the
// same.
func (e *Evaluator) Effect(v Verdict) string {
	switch {
	case v.Refused():
		return "refuse"
	case v.statement() == 0:
		return ""
	default:
		return e.effects[v.statement()-1]
	}
}

// sets numbers prefix sets and AS-path sets, together. Each route has a bit for
// each of them.
type sets struct {
	number map[string]uint32
	is6    map[string]bool // of prefix sets
	words  int             // of 64 bits
}

func numberSets(p *policies.RoutingPolicy) sets {
	s := sets{number: make(map[string]uint32), is6: make(map[string]bool)}
	for name, entries := range policies.SetsOf[policies.Prefixes](p) {
		if len(entries) != 0 {
			s.number[name] = firstSet + uint32(len(s.number))
			s.is6[name] = entries[0].Prefix.Addr().Is6()
		}
	}
	for name, patterns := range policies.SetsOf[policies.ASPaths](p) {
		if len(patterns) != 0 {
			s.number[name] = firstSet + uint32(len(s.number))
		}
	}
	s.words = (int(firstSet)+len(s.number))/64 + 1
	return s
}

// compileCondition returns c as a condition on a bit.
func (s sets) compileCondition(c policies.Condition) condition {
	if c.Set == "" {
		return condition{}
	}
	bit, known := s.number[c.Set]
	if !known {
		panic(fmt.Sprintf("eval: condition on the set %s, which is empty or not there", c.Set))
	}
	return condition{kindOf(c), bit}
}
