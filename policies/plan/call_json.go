package plan

import (
	"encoding/json"

	"depeer/policies"
)

// Plans and journals hold the elements of a set under a key of their kind.
type storedElements struct {
	Entries   policies.Prefixes         `json:"entries,omitempty"`
	Neighbors policies.Neighbors        `json:"neighbors,omitempty"`
	Paths     policies.ASPaths          `json:"paths,omitempty"`
	Larges    policies.LargeCommunities `json:"larges,omitempty"`
}

// plainCall is a Call without its methods.
type plainCall Call

type storedCall struct {
	plainCall
	storedElements
}

// MarshalJSON writes the elements under the key of their kind.
func (c Call) MarshalJSON() ([]byte, error) {
	stored := storedCall{plainCall: plainCall(c)}
	switch e := c.Elements.(type) {
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
		panic("plan: no stored form of the elements of " + c.Kind.String() + "s")
	}
	return json.Marshal(stored)
}

// UnmarshalJSON reads what MarshalJSON writes. Elements of another kind than the call's are
// left out, so that the call is not one of ours.
func (c *Call) UnmarshalJSON(data []byte) error {
	var stored storedCall
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	*c = Call(stored.plainCall)
	for _, e := range []policies.Elements{stored.Entries, stored.Neighbors, stored.Paths, stored.Larges} {
		if e.Len() > 0 && KindOf(e.Kind()) == c.Kind {
			c.Elements = e
		}
	}
	return nil
}
