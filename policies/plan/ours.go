package plan

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// checkOurs returns an error unless all calls of c are of the kind that To and Clear make: they name only
// objects of ours, and each verb stands in an allowed place. So a person who writes a plan by hand cannot
// make depeer do more than that.
func (c *Change) checkOurs() error {
	for _, part := range []struct {
		word    string
		calls   []Call
		allowed []Verb
	}{
		{"prepare", c.Prepare, []Verb{AddSet, DeleteSet, AddGate, DeleteGate, Hold, AddStatements, DeleteStatement,
			Assign, NoteSessions}},
		{"live", c.Live, []Verb{OpenGate, TakeStatements}},
		{"finish", c.Finish, []Verb{DeleteSet, DeleteGate, Release, TakeStatements, DeleteStatement, Assign, Mark,
			Unmark, OpenSession, ShutSession, NoteSessions, ForgetSessions}},
		{"restore", c.Restore, []Verb{Assign}},
	} {
		for _, call := range part.calls {
			allowed := part.allowed
			if part.word == "prepare" && call.Policy == policies.ExportPolicy {
				allowed = append(slices.Clone(allowed), TakeStatements) // orphans
			}
			if err := call.checkOurs(allowed); err != nil {
				return fmt.Errorf("%s: %s: %w", part.word, call, err)
			}
		}
	}
	if len(c.Live) > 1 {
		return fmt.Errorf("%d live calls", len(c.Live))
	}
	return nil
}

// checkPutBack returns an error unless the lists that p puts back are of the kind that PutBack makes: each
// has a default, export lists come first, and nothing else changes.
func (p *Plan) checkPutBack() error {
	imports := false
	for _, c := range p.PolicyLists {
		if !c.Client.IsValid() || c.After.Default == None || imports && !c.Import {
			return fmt.Errorf("policy lists: %s: no plan does this", c)
		}
		imports = imports || c.Import
	}
	if len(p.PolicyLists) > 0 && !p.Change.Empty() {
		return fmt.Errorf("policy lists are put back, and there is another change")
	}
	return nil
}

func (c Call) checkOurs(allowed []Verb) error {
	for _, verb := range allowed {
		if verb != c.Verb {
			continue
		}
		return c.checkNames()
	}
	return fmt.Errorf("no plan does this here")
}

// checkNames returns an error unless c names only objects of ours.
func (c Call) checkNames() error {
	gate := func(name string) bool { return strings.HasPrefix(name, GatePrefix) }
	policy := c.Policy == policies.ImportPolicy || c.Policy == policies.ExportPolicy
	right := true
	switch c.Verb {
	case AddGate, OpenGate, CloseGate, DeleteGate:
		right = gate(c.Name)
	case AddSet:
		right = strings.HasPrefix(c.Name, policies.Prefix) && c.Elements != nil && c.Elements.Len() > 0
	case DeleteSet:
		right = strings.HasPrefix(c.Name, policies.Prefix)
	case AddStatements:
		right = policy
		for _, s := range c.Add {
			inert := gate(s.Gate.Set)
			if c.Policy == policies.ExportPolicy {
				inert = s.Gate == (Gate{}) && s.OnTags()
			}
			right = right && strings.HasPrefix(s.Name, policies.Prefix) && inert
		}
	case TakeStatements:
		right = policy
	case Hold, Release:
		right = gate(c.Gate.Set)
	case Assign, Reset, OpenSession, ShutSession:
		right = c.Client.IsValid() && c.Default == None // defaults are the operator's
	case NoteSessions, ForgetSessions:
		right = len(c.Notes) > 0 && !slices.ContainsFunc(c.Notes,
			func(n session.Note) bool { return !n.Member.IsValid() })
	}
	if !right {
		return fmt.Errorf("not an object of ours")
	}
	return nil
}
