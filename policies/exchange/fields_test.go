package exchange

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/strict"
)

// TestSchemaKeys holds that each map of the schema has the keys of the table that
// reads it: the only test that needs to see the tables.
func TestSchemaKeys(t *testing.T) {
	type object struct {
		Properties map[string]*object
		Items      *object
	}
	var root object
	if err := json.Unmarshal(Schema, &root); err != nil {
		t.Fatal(err)
	}
	p := root.Properties
	for _, m := range []struct {
		name string
		got  *object
		want []string
	}{
		{"the file", &root, keys(fields)},
		{"exchange", p["exchange"], keys(identityFields)},
		{"lists", p["lists"].Items, keys(listFields)},
		{"except", p["except"].Items, keys(exceptFields)},
		{"treatments", p["treatments"].Items, keys(treatmentFields)},
		{"ladders", p["ladders"].Items, keys(ladderFields)},
		{"steps", p["ladders"].Items.Properties["steps"].Items, keys(stepFields)},
		{"members", p["members"].Items, keys(memberFields)},
		{"protect", p["protect"], keys(protectFields)},
		{"limits", p["limits"], keys(limitFields)},
		{"shortest_prefix", p["limits"].Properties["shortest_prefix"], keys(shortestFields)},
		{"max_covered", p["limits"].Properties["max_covered"], keys(coveredFields)},
		{"targets", p["targets"].Items, keys(targetFields)},
		{"tls", p["targets"].Items.Properties["tls"], keys(tlsFields)},
	} {
		if diff := cmp.Diff(m.want, slices.Sorted(maps.Keys(m.got.Properties))); diff != "" {
			t.Errorf("%s: reader -, schema +:\n%s", m.name, diff)
		}
	}
}

func keys[T any](fields []strict.Field[T]) []string {
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.Key)
	}
	slices.Sort(keys)
	return keys
}
