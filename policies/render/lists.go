package render

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"depeer/filters/diag"
	"depeer/policies"
)

const (
	importList = "apply-policy.config.import-policy-list"
	exportList = "apply-policy.config.export-policy-list"
)

// scope is a section of the file that can name policies.
type scope struct {
	path   string
	what   string // for people
	values map[string]any
	group  *scope // what a neighbor takes from, where it says nothing itself
}

// scopes returns the global section, neighbors, and peer groups.
func (d *document) scopes() (global scope, neighbors, groups []scope) {
	global.path, global.what = "global", "global"
	global.values, _ = d.values["global"].(map[string]any)
	for _, t := range tables(d.values, "peer-groups") {
		t.what = named("peer group", at(t.values, "config.peer-group-name"))
		groups = append(groups, t)
	}
	for _, t := range tables(d.values, "neighbors") {
		t.what = named("neighbor", at(t.values, "config.neighbor-address"))
		if name := at(t.values, "config.peer-group"); name != nil {
			i := slices.IndexFunc(groups, func(g scope) bool { return at(g.values, "config.peer-group-name") == name })
			if i >= 0 {
				t.group = &groups[i]
			}
		}
		neighbors = append(neighbors, t)
	}
	return global, neighbors, groups
}

// named says what a section is about, which may have been forgotten.
func named(what string, name any) string {
	if name == nil {
		return "a " + what + " without a name"
	}
	return what + " " + printable(fmt.Sprint(name))
}

// tables returns the tables at a path; gobgpd takes a single one for a list, too.
func tables(values map[string]any, path string) []scope {
	switch v := values[path].(type) {
	case map[string]any:
		return []scope{{path: path, values: v}}
	case []any:
		var list []scope
		for i, e := range v {
			if t, ok := e.(map[string]any); ok {
				list = append(list, scope{path: fmt.Sprintf("%s[%d]", path, i), values: t})
			}
		}
		return list
	default:
		return nil
	}
}

// value returns what holds for the scope at a path, its peer group's if need be.
func (s scope) value(path string) any {
	if v := at(s.values, path); v != nil || s.group == nil {
		return v
	}
	return at(s.group.values, path)
}

// client says whether the scope is a route-server client, as gobgpd reads it.
func (s scope) client() bool {
	yes, _ := strconv.ParseBool(fmt.Sprint(s.value("route-server.config.route-server-client")))
	return yes
}

// words returns the names of a list; gobgpd takes a string for one, too.
func words(v any) []string {
	switch v := v.(type) {
	case []any:
		return each(v, func(e any) string { return fmt.Sprint(e) })
	case string:
		return strings.Split(v, ",")
	default:
		return nil
	}
}

// undefined refuses lists that name a policy which the file does not define:
// gobgpd refuses every route there.
func (d *document) undefined(l *diag.List) {
	defined := map[string]bool{}
	for _, e := range definitions.elements(d.values) {
		defined[definitions.nameOf(e)] = true
	}
	global, neighbors, groups := d.scopes()
	for _, s := range slices.Concat([]scope{global}, groups, neighbors) {
		for _, path := range []string{importList, exportList} {
			for _, name := range words(at(s.values, path)) {
				if defined[name] {
					continue
				}
				hint := "define it, or take it out of the list"
				if name == policies.ImportPolicy || name == policies.ExportPolicy {
					hint = "paste what emit --anchor prints"
				}
				l.Errorf(d.place(s.path+"."+path), "gobgpd-undefined-policy", hint, "%s: the policy %q is not defined in this file: gobgpd would refuse every route", s.what, name)
			}
		}
	}
}

// unlisted warns of route-server clients that our policies do not stand before
// all others of: their routes are not looked at, or only by what is left.
func (d *document) unlisted(p *policies.RoutingPolicy, l *diag.List) {
	_, neighbors, groups := d.scopes()
	dynamic := map[any]bool{} // groups whose members come and go
	for _, t := range tables(d.values, "dynamic-neighbors") {
		dynamic[at(t.values, "config.peer-group")] = true
	}
	groups = slices.DeleteFunc(groups, func(g scope) bool { return !dynamic[at(g.values, "config.peer-group-name")] })
	for _, s := range slices.Concat(neighbors, groups) {
		if !s.client() {
			continue
		}
		d.first(s, importList, policies.ImportPolicy, l)
		if len(p.Export) != 0 {
			d.first(s, exportList, policies.ExportPolicy, l)
		}
	}
}

// first warns unless name is the first of the list.
func (d *document) first(s scope, path, name string, l *diag.List) {
	list := words(s.value(path))
	if len(list) > 0 && list[0] == name {
		return
	}
	list = slices.DeleteFunc(list, func(other string) bool { return other == name })
	key := path[strings.LastIndexByte(path, '.')+1:]
	quoted := each(slices.Insert(list, 0, name), func(s string) string { return string(tomlString(nil, s)) })
	right := key + " = [" + strings.Join(quoted, ", ") + "]"
	l.Warnf(d.place(s.path+"."+path), "gobgpd-not-first", right, "%s is a route-server client, and %q is not first in its %s", s.what, name, key)
}
