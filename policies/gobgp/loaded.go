package gobgp

import (
	"regexp"
	"slices"
	"strings"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/proto"

	"depeer/policies"
	"depeer/policies/plan"
)

// statementName is what build.Policy names statements: the generation, a number, a label.
var statementName = regexp.MustCompile(`^depeer/([0-9a-f]{12})/[0-9]{3}-[a-z0-9-]+$`)

// readLoadedPolicy reads policies and statements.
func (r *reader) readLoadedPolicy(p *loadedPolicy) {
	registered := make(map[string]*api.Statement, len(p.statements))
	for _, s := range p.statements {
		registered[s.Name] = s
	}
	listed := make(map[string]bool)
	for _, policy := range p.policies {
		for _, s := range policy.Statements {
			listed[s.Name] = true
			if !proto.Equal(s, registered[s.Name]) && (isOurs(policy.Name) || isOurs(s.Name)) {
				r.noteConflict(plan.StatementObject, s.Name, "policy %s has it otherwise than it is registered",
					policy.Name)
			}
		}
		r.readPolicy(policy)
	}
	for _, s := range p.statements {
		switch {
		case listed[s.Name]:
		case s.Name == lockStatement:
			r.noteConflict(plan.StatementObject, s.Name, "the lock, and nobody holds it")
		case isOurs(s.Name):
			r.readStatement(s)
		default:
			r.noteTheirs(plan.StatementObject, s.Name, digestLines(canonicalText(s)))
		}
	}
}

func isOurs(name string) bool {
	return name == policies.ImportPolicy || name == policies.ExportPolicy || strings.HasPrefix(name, policies.Prefix)
}

func (r *reader) readPolicy(p *api.Policy) {
	accepts := slices.ContainsFunc(p.Statements,
		func(s *api.Statement) bool { return s.GetActions().GetRouteAction() == api.RouteAction_ACCEPT })
	switch holder, locked := strings.CutPrefix(p.Name, lockPrefix); {
	case p.Name == policies.ImportPolicy:
		r.Import = r.readGenerations(p)
	case p.Name == policies.ExportPolicy:
		r.Export = r.readGenerations(p)
	case locked:
		r.Holders = append(r.Holders, holder)
		if len(p.Statements) != 1 || !proto.Equal(p.Statements[0], freeOf(lockStatement)) {
			r.noteConflict(plan.Policy, p.Name, "a lock has the one empty statement %s", lockStatement)
		}
	default:
		r.readForeignPolicy(p, accepts)
	}
}

// freeOf returns how gobgpd lists a statement without conditions and actions.
func freeOf(name string) *api.Statement {
	return &api.Statement{Name: name, Conditions: &api.Conditions{RpkiResult: noRPKI}, Actions: &api.Actions{}}
}

// readForeignPolicy reads a policy that is not one of our two, and its statements. What of
// ours it refers to cannot be deleted.
func (r *reader) readForeignPolicy(p *api.Policy, accepts bool) {
	if isOurs(p.Name) {
		r.noteConflict(plan.Policy, p.Name, "we make no such policy")
	}
	if accepts {
		r.Accepting[p.Name] = true
	}
	names := make([]string, len(p.Statements))
	for i, s := range p.Statements {
		names[i] = s.Name
		if isOurs(s.Name) {
			r.noteLent(plan.Object{Kind: plan.StatementObject, Name: s.Name}, p.Name)
		} else {
			r.noteTheirs(plan.StatementObject, s.Name, digestLines(canonicalText(s)))
		}
		for kind, set := range conditionSets(s.GetConditions()) {
			if isOurs(set.GetName()) {
				r.noteLent(plan.Object{Kind: kind, Name: set.GetName()}, p.Name)
			}
		}
	}
	r.noteTheirs(plan.Policy, p.Name, digestLines(names...))
	r.readOperatorPolicy(p)
}

// noteLent notes that a policy that is not ours refers to an object.
func (r *reader) noteLent(o plan.Object, policy string) {
	if i := slices.IndexFunc(r.Conflicts, func(s plan.Conflict) bool { return s.Object == o }); i >= 0 {
		r.Conflicts[i].Used = true
		return
	}
	r.Conflicts = append(r.Conflicts, plan.Conflict{Object: o,
		Why:  "policy " + policy + " refers to it, and is not ours",
		Used: true})
}

func conditionSets(c *api.Conditions) map[plan.Kind]*api.MatchSet {
	return map[plan.Kind]*api.MatchSet{
		plan.PrefixSet: c.GetPrefixSet(), plan.NeighborSet: c.GetNeighborSet(), plan.ASPathSet: c.GetAsPathSet(),
		plan.CommunitySet: c.GetCommunitySet(), plan.ExtCommunitySet: c.GetExtCommunitySet(),
		plan.LargeCommunitySet: c.GetLargeCommunitySet(),
	}
}

// readGenerations reads a policy of ours, and returns the names of its statements.
// During a change it has two generations, one behind the other; each must be all
// that its name stands for.
func (r *reader) readGenerations(p *api.Policy) []string {
	names := make([]string, len(p.Statements))
	var generation string
	var group []policies.Statement
	known := true // all of group could be read
	end := func() {
		if len(group) > 0 && known && !policies.GenuineStatements(group) {
			r.noteConflict(plan.Policy, p.Name, "its statements of generation %s are not those that their names "+
				"stand for",
				generation)
		}
		group, known = nil, true
	}
	for i, s := range p.Statements {
		names[i] = s.Name
		name := statementName.FindStringSubmatch(s.Name)
		if name == nil {
			r.noteConflict(plan.StatementObject, s.Name, "policy %s has it, and it is not ours", p.Name)
			r.Statements[s.Name], _ = parseStatement(s)
			continue
		}
		if name[1] != generation {
			end()
			generation = name[1]
		}
		known = r.readStatement(s) && known
		if asks := r.Statements[s.Name].Conditions.NeighborSet.Set; asks != "" && p.Name == policies.ImportPolicy {
			r.noteConflict(plan.StatementObject, s.Name, "on import we ask for no neighbor, and it asks for %s", asks)
		}
		group = append(group, r.Statements[s.Name].Statement)
	}
	end()
	return names
}

// readStatement reads a statement with a name of ours, and says whether we may have
// made it.
func (r *reader) readStatement(s *api.Statement) bool {
	parsed, err := parseStatement(s)
	if err == nil && !statementName.MatchString(s.Name) {
		r.noteConflict(plan.StatementObject, s.Name, "we name no statement like that")
		r.Statements[s.Name] = parsed
		return false
	}
	if err != nil {
		r.noteConflict(plan.StatementObject, s.Name, "%v", err)
	}
	r.Statements[s.Name] = parsed
	return err == nil
}
