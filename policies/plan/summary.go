package plan

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// Summary is what a change does to the objects of a route server. Its lists are in
// a fixed order, and never nil.
type Summary struct {
	Sets       []SetChange       `json:"sets"`
	Statements []StatementChange `json:"statements"`
	Sessions   []SessionChange   `json:"sessions"`
	Resets     []string          `json:"resets"` // known once the live call is made
	Assigned   []string          `json:"assigned"`
}

// SetChange is what comes into sets of one kind and what goes out of them. A
// changed set is a new one, with a new name: elements are compared by what the set is for.
type SetChange struct {
	Name   string   `json:"name"`
	Type   string   `json:"type"`
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// StatementChange is a statement that comes or goes.
type StatementChange struct {
	Name   string `json:"name"`
	Change string `json:"change"` // add, remove
}

// SessionChange is a session that is shut or opened.
type SessionChange struct {
	Address string `json:"address"`
	Change  string `json:"change"` // shut, open
}

// Summary returns what c does, without its steps.
func (c *Change) Summary() Summary {
	s := Summary{Sets: []SetChange{}, Statements: []StatementChange{}, Sessions: []SessionChange{}, Resets: []string{}, Assigned: []string{}}
	before, after := contents(c.Old), contents(c.New)
	for _, key := range sortedPurposes(before, after) {
		change := SetChange{Name: key.Name, Type: key.Kind.String(), Add: without(after[key], before[key]), Remove: without(before[key], after[key])}
		if len(change.Add)+len(change.Remove) > 0 {
			s.Sets = append(s.Sets, change)
		}
	}
	if !slices.Equal(names(c.Old.Import), names(c.New.Import)) {
		for _, name := range names(c.Old.Import) {
			s.Statements = append(s.Statements, StatementChange{name, "remove"})
		}
		for _, name := range names(c.New.Import) {
			s.Statements = append(s.Statements, StatementChange{name, "add"})
		}
	}
	for _, call := range c.Calls() {
		if call.Verb == Assign && !slices.Contains(s.Assigned, call.Client.String()) {
			s.Assigned = append(s.Assigned, call.Client.String())
		}
	}
	return s
}

// purpose is what a set is for: an object whose name lacks the digest.
type purpose = Object

func purposeOf(kind Kind, name string) purpose {
	if i := strings.LastIndexByte(name, '/'); i > 0 {
		name = name[:i]
	}
	return purpose{kind, name}
}

// contents returns the elements of all sets, as text, by purpose.
func contents(p *policies.RoutingPolicy) map[purpose][]string {
	all := make(map[purpose][]string)
	for _, set := range p.PrefixSets {
		key := purposeOf(PrefixSet, set.Name)
		for _, e := range set.Entries {
			all[key] = append(all[key], fmt.Sprintf("%s %d..%d", e.Prefix, e.Min, e.Max))
		}
	}
	for _, set := range p.ASPathSets {
		key := purposeOf(ASPathSet, set.Name)
		for _, pattern := range set.Patterns {
			all[key] = append(all[key], pattern.String())
		}
	}
	for _, set := range p.LargeCommunitySets {
		key := purposeOf(LargeCommunitySet, set.Name)
		for _, pattern := range set.Patterns {
			all[key] = append(all[key], pattern.String())
		}
	}
	return all
}

func sortedPurposes(a, b map[purpose][]string) []purpose {
	var keys []purpose
	for key := range a {
		keys = append(keys, key)
	}
	for key := range b {
		if _, both := a[key]; !both {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, purpose.compare)
	return keys
}

// without returns what is in a and not in b, in the order of a; never nil.
func without(a, b []string) []string {
	known := make(map[string]bool, len(b))
	for _, s := range b {
		known[s] = true
	}
	out := []string{}
	for _, s := range a {
		if !known[s] {
			out = append(out, s)
		}
	}
	return out
}

// String returns the summary in a line: "2 sets: +3 -1 entries; 4 statements in, 2 out".
func (s Summary) String() string {
	add, remove := 0, 0
	for _, set := range s.Sets {
		add, remove = add+len(set.Add), remove+len(set.Remove)
	}
	in, out := 0, 0
	for _, st := range s.Statements {
		if st.Change == "add" {
			in++
		} else {
			out++
		}
	}
	text := fmt.Sprintf("%d sets: +%d -%d entries", len(s.Sets), add, remove)
	if len(s.Sets) == 0 {
		text = "sets unchanged"
	}
	if in+out == 0 {
		text += "; statements unchanged"
	} else {
		text += fmt.Sprintf("; statements: %d in, %d out", in, out)
	}
	if n := len(s.Assigned); n > 0 {
		text += fmt.Sprintf("; lists of %d members", n)
	}
	return text
}
