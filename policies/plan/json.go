package plan

import (
	"encoding/json"

	"depeer/policies"
)

// storedElements are the elements of a set in plans and journals, under a key of their kind.
type storedElements struct {
	Entries   policies.Prefixes         `json:"entries,omitempty"`
	Neighbors policies.Neighbors        `json:"neighbors,omitempty"`
	Paths     policies.ASPaths          `json:"paths,omitempty"`
	Larges    policies.LargeCommunities `json:"larges,omitempty"`
}

// storedForm returns the elements of a set in their stored form.
func storedForm(elements policies.Elements) (stored storedElements) {
	switch e := elements.(type) {
	case nil:
	case policies.Prefixes:
		stored.Entries = e
	case policies.Neighbors:
		stored.Neighbors = e
	case policies.ASPaths:
		stored.Paths = e
	case policies.LargeCommunities:
		stored.Larges = e
	default:
		panic("plan: no stored form of the elements of " + e.Kind().String() + " sets")
	}
	return stored
}

// elementsOf returns those of a kind, also where there are none; nil for kinds of sets that are
// not ours.
func (s storedElements) elementsOf(k Kind) policies.Elements {
	for _, e := range []policies.Elements{s.Entries, s.Neighbors, s.Paths, s.Larges} {
		if KindOf(e.Kind()) == k {
			return e
		}
	}
	return nil
}

// plainCall is a Call without its methods.
type plainCall Call

type storedCall struct {
	plainCall
	storedElements
}

// MarshalJSON writes the elements under the key of their kind.
func (c Call) MarshalJSON() ([]byte, error) {
	return json.Marshal(storedCall{plainCall(c), storedForm(c.Elements)})
}

// UnmarshalJSON reads what MarshalJSON writes. Elements of another kind than the call's are
// left out, so that the call is not one of ours.
func (c *Call) UnmarshalJSON(data []byte) error {
	var stored storedCall
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	*c = Call(stored.plainCall)
	if e := stored.elementsOf(c.Kind); e != nil && e.Len() > 0 {
		c.Elements = e
	}
	return nil
}

// Sets are sets of ours that a server holds, with their elements.
type Sets map[Object]policies.Elements

type storedSet struct {
	Object
	storedElements
}

// MarshalJSON writes a list of sets.
func (s Sets) MarshalJSON() ([]byte, error) {
	list := make([]storedSet, 0, len(s))
	for _, set := range s.sortedObjects() {
		list = append(list, storedSet{set, storedForm(s[set])})
	}
	return json.Marshal(list)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Sets) UnmarshalJSON(data []byte) error {
	var list []storedSet
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*s = make(Sets, len(list))
	for _, set := range list {
		(*s)[set.Object] = set.elementsOf(set.Kind)
	}
	return nil
}

// storedPlan is a plan as a file has it, its policies in their stored form: these are long, and
// must not be copied.
type storedPlan struct {
	*Plan
	Change storedChange `json:"change"`
}

type storedChange struct {
	Old *policies.Stored `json:"old"`
	New *policies.Stored `json:"new"`
	*Change
}

func (p *Plan) store() storedPlan {
	return storedPlan{p, storedChange{p.Change.Old.Store(), p.Change.New.Store(), &p.Change}}
}

// readPlan reads what is written of store.
func readPlan(data []byte) (*Plan, error) {
	p := new(Plan)
	stored := storedPlan{Plan: p, Change: storedChange{Change: &p.Change}}
	if err := json.Unmarshal(data, &stored); err != nil {
		return nil, err
	}
	p.Change.Old, p.Change.New = stored.Change.Old.Policy(), stored.Change.New.Policy()
	return p, nil
}
