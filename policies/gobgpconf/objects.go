package gobgpconf

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"depeer/filters/diag"
	"depeer/policies"
)

// array is one of the arrays of tables that policy consists of.
type array struct {
	path string // without numbers
	name string // key of an element's name
}

// definitions is where policies are.
var definitions = array{"policy-definitions", "name"}

// arrays are all of them, as in gobgpd's pkg/config/oc.
var arrays = []array{
	{"defined-sets.prefix-sets", "prefix-set-name"},
	{"defined-sets.neighbor-sets", "neighbor-set-name"},
	{"defined-sets.tag-sets", "tag-set-name"},
	{"defined-sets.bgp-defined-sets.community-sets", "community-set-name"},
	{"defined-sets.bgp-defined-sets.ext-community-sets", "ext-community-set-name"},
	{"defined-sets.bgp-defined-sets.as-path-sets", "as-path-set-name"},
	{"defined-sets.bgp-defined-sets.large-community-sets", "large-community-set-name"},
	definitions,
}

// isOurs says whether an element of that name is ours.
func (a array) isOurs(name string) bool {
	if a == definitions {
		return name == policies.ImportPolicy || name == policies.ExportPolicy
	}
	return strings.HasPrefix(name, policies.Prefix)
}

// isWithin says whether a is at path, or in a table at path.
func (a array) isWithin(path string) bool {
	return a.path == path || strings.HasPrefix(a.path, path+".")
}

// elementsOf returns the tables of a, in order. refuseShapes has refused arrays of
// another shape.
func (a array) elementsOf(values map[string]any) []map[string]any {
	list, _ := valueAt(values, a.path).([]any)
	return mapSlice(list, func(v any) map[string]any { return v.(map[string]any) })
}

func (a array) nameOf(element map[string]any) string {
	name, _ := element[a.name].(string)
	return name
}

// hasName says whether ask is true of an element's name.
func (a array) hasName(values map[string]any, ask func(name string) bool) bool {
	return slices.ContainsFunc(a.elementsOf(values), func(e map[string]any) bool { return ask(a.nameOf(e)) })
}

// pathOf returns the path of the i-th element.
func (a array) pathOf(i int) string { return fmt.Sprintf("%s[%d]", a.path, i) }

// refuseShapes refuses policy of a shape that gobgpd would silently convert: a table
// in place of a list of tables, a number for a name.
func (d *document) refuseShapes(l *diag.List) {
	for _, a := range arrays {
		words := strings.Split(a.path, ".")
		for i := 1; i < len(words); i++ {
			above := strings.Join(words[:i], ".")
			if v := valueAt(d.values, above); v != nil && !isTable(v) {
				l.Errorf(d.locatePath(above), "gobgpd-type", fmt.Sprintf("[[%s]]", a.path), "%s is not a table", above)
				return
			}
		}
		v := valueAt(d.values, a.path)
		list, ok := v.([]any)
		if v != nil && !ok {
			l.Errorf(d.locatePath(a.path), "gobgpd-type", fmt.Sprintf("[[%s]]", a.path), "%s is not an array of tables",
				a.path)
		}
		for i, v := range list {
			if !isTable(v) {
				l.Errorf(d.locatePath(a.pathOf(i)), "gobgpd-type", fmt.Sprintf("[[%s]]", a.path),
					"%s is not an array of tables", a.path)
				break
			}
			if name := v.(map[string]any)[a.name]; name != nil && !isString(name) {
				l.Errorf(d.locatePath(a.pathOf(i)+"."+a.name), "gobgpd-type", a.name+` = "..."`, "%s is not a string",
					a.name)
			}
		}
	}
}

func isTable(v any) bool  { _, ok := v.(map[string]any); return ok }
func isString(v any) bool { _, ok := v.(string); return ok }

// valueAt returns the value at a path of keys, or nil.
func valueAt(values map[string]any, path string) any {
	var v any = values
	for key := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// splitOwn splits a file's values into ours and the operator's. Both lack empty tables
// and arrays of policy, which mean nothing.
func splitOwn(values map[string]any) (ours, theirs map[string]any) { return splitOwnAt("", values) }

func splitOwnAt(path string, values map[string]any) (ours, theirs map[string]any) {
	ours, theirs = map[string]any{}, map[string]any{}
	for key, v := range values {
		a, policy := arrayBelow(joinPath(path, key))
		if !policy {
			theirs[key] = v
			continue
		}
		var mine, others any
		if a.path == joinPath(path, key) {
			mine, others = a.divideElements(v.([]any))
		} else {
			mine, others = splitOwnAt(joinPath(path, key), v.(map[string]any))
		}
		if reflect.ValueOf(mine).Len() != 0 {
			ours[key] = mine
		}
		if reflect.ValueOf(others).Len() != 0 {
			theirs[key] = others
		}
	}
	return ours, theirs
}

func (a array) divideElements(list []any) (ours, theirs []any) {
	for _, e := range list {
		if a.isOurs(a.nameOf(e.(map[string]any))) {
			ours = append(ours, e)
		} else {
			theirs = append(theirs, e)
		}
	}
	return ours, theirs
}

// arrayBelow returns an array at path, or in a table at path.
func arrayBelow(path string) (array, bool) {
	i := slices.IndexFunc(arrays, func(a array) bool { return a.isWithin(path) })
	if i < 0 {
		return array{}, false
	}
	return arrays[i], true
}
