package strict

import (
	"fmt"
	"strings"

	"depeer/filters/diag"
)

// Field is one key of a mapping that is read into a T.
type Field[T any] struct {
	Key      string
	Required bool
	Read     func(into *T, value Node)
}

// Map reads a mapping by its table of fields. Unknown, duplicate and missing required keys are
// errors. It returns false if n is no mapping.
func Map[T any](n Node, fields []Field[T], into *T) bool {
	if !n.IsMap() {
		n.Errorf("not-a-map", "key: value", "%s where a map belongs", n.describeKind())
		return false
	}
	content := n.yaml.Content
	// A table has at most 64 keys; seen holds the index of the key in content, plus one.
	var seen [64]int
	for i := 0; i+1 < len(content); i += 2 {
		key, value := Node{content[i], n.doc}, Node{content[i+1], n.doc}
		f := findField(fields, key.yaml.Value)
		switch {
		case f < 0:
			key.Errorf("unknown-key", suggestKeys(fields, key.yaml.Value), "unknown key %q", key.yaml.Value)
		case seen[f] > 0:
			first := Node{content[seen[f]-1], n.doc}
			key.Errorf("duplicate-key", "", "key %q stands twice, first at %s", key.yaml.Value,
				formatPlace(first.Position()))
		default:
			seen[f] = i + 1
			fields[f].Read(into, value)
		}
	}
	for i, f := range fields {
		if f.Required && seen[i] == 0 {
			n.Errorf("missing-key", f.Key+": ...", "%q is missing", f.Key)
		}
	}
	return true
}

// formatPlace formats a position in the same file.
func formatPlace(p diag.Position) string { return fmt.Sprintf("line %d, column %d", p.Line, p.Column) }

// findField returns the index of the field for key, or -1.
func findField[T any](fields []Field[T], key string) int {
	for i := range fields {
		if fields[i].Key == key {
			return i
		}
	}
	return -1
}

// suggestKeys returns the field that key most likely means, or a list of all fields.
func suggestKeys[T any](fields []Field[T], key string) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Key
	}
	if name := diag.Nearest(key[:min(len(key), 40)], names); name != "" {
		return name
	}
	return "one of " + strings.Join(names, ", ")
}
