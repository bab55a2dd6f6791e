package strict

import "gopkg.in/yaml.v3"

// Pair is one key and its value, in a mapping whose keys are names of the user's.
type Pair struct{ Key, Value Node }

// Pairs returns the keys and values of a mapping without a table of fields, in its order. A
// duplicate key is an error, and only its first value is returned.
func (n Node) Pairs() ([]Pair, bool) {
	if !n.IsMap() {
		n.Errorf("not-a-map", "key: value", "%s where a map belongs", n.describeKind())
		return nil, false
	}
	content := n.yaml.Content
	pairs := make([]Pair, 0, len(content)/2)
	first := make(map[string]*yaml.Node, len(content)/2)
	for i := 0; i+1 < len(content); i += 2 {
		key := Node{content[i], n.doc}
		if f, twice := first[key.yaml.Value]; twice {
			key.Errorf("duplicate-key", "", "key %q stands twice, first at %s", key.yaml.Value,
				formatPlace(Node{f, n.doc}.Position()))
			continue
		}
		first[key.yaml.Value] = content[i]
		pairs = append(pairs, Pair{key, Node{content[i+1], n.doc}})
	}
	return pairs, true
}
