package strict

import "gopkg.in/yaml.v3"

// Pair is one key of a mapping whose keys are the user's own names, and its value.
type Pair struct{ Key, Value Node }

// Pairs returns what a mapping without a table of fields holds, in its order. A
// key that stands twice is an error, and only its first value is returned.
func (n Node) Pairs() ([]Pair, bool) {
	if !n.IsMap() {
		n.Errorf("not-a-map", "key: value", "%s where a map belongs", n.what())
		return nil, false
	}
	content := n.yaml.Content
	pairs := make([]Pair, 0, len(content)/2)
	first := make(map[string]*yaml.Node, len(content)/2)
	for i := 0; i+1 < len(content); i += 2 {
		key := Node{content[i], n.doc}
		if f, twice := first[key.yaml.Value]; twice {
			key.Errorf("duplicate-key", "", "key %q stands twice, first at %s", key.yaml.Value,
				at(Node{f, n.doc}.Position()))
			continue
		}
		first[key.yaml.Value] = content[i]
		pairs = append(pairs, Pair{key, Node{content[i+1], n.doc}})
	}
	return pairs, true
}
