package gobgpconf

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
		if name := wordAt(t.values, "config.peer-group"); name != "" {
			i := slices.IndexFunc(groups, func(g scope) bool {
				return wordAt(g.values,
					"config.peer-group-name") == name
			})
			if i >= 0 {
				t.group = &groups[i]
			}
		}
		neighbors = append(neighbors, t)
	}
	return global, neighbors, groups
}

// wordAt returns what stands at a path as one word; "" for nothing.
func wordAt(values map[string]any, path string) string {
	if v := at(values, path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
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
// gobgpd refuses every route there. Ours are not asked for: see abandoned.
func (d *document) undefined(l *diag.List) {
	defined := d.defined()
	global, neighbors, groups := d.scopes()
	for _, s := range slices.Concat([]scope{global}, groups, neighbors) {
		for _, path := range []string{importList, exportList} {
			for _, name := range words(at(s.values, path)) {
				if defined[name] || definitions.ours(name) {
					continue
				}
				l.Errorf(d.place(s.path+"."+path), "gobgpd-undefined-policy", "define it, or take it out of the list",
					"%s: the policy %q is not defined in this file: gobgpd would refuse every route", s.what, name)
			}
		}
	}
}

// defined are the names of the policies that the file defines.
func (d *document) defined() map[string]bool {
	defined := map[string]bool{}
	for _, e := range definitions.elements(d.values) {
		defined[definitions.nameOf(e)] = true
	}
	return defined
}

// abandoned warns of clients with a policy of ours in a list, where the file does not
// define it any more. What is put in defines it again.
func (d *document) abandoned(l *diag.List) {
	defined := d.defined()
	_, neighbors, _ := d.scopes()
	n := 0
	for _, s := range neighbors {
		lists := slices.Concat(words(s.value(importList)), words(s.value(exportList)))
		if s.client() && slices.ContainsFunc(lists,
			func(name string) bool { return definitions.ours(name) && !defined[name] }) {
			n++
		}
	}
	if n > 0 {
		l.Warnf(diag.Position{File: d.file}, "gobgpd-definitions", BeforeReload,
			"depeer's definitions were not in this file: as it was, this reload rejects every route of %s",
			FormatMembers(n))
	}
}

// BeforeReload says what to do about a file that has lost our definitions. Who pastes
// them after a reload leaves clients without the operator's own filters.
const BeforeReload = "put the definitions back before any reload: depeer emit --into FILE; do not paste and reload " +
	"after the fact; if it has been reloaded: depeer repair --lists, or restart gobgpd"

// FormatMembers writes "1 member", "2 members".
func FormatMembers(n int) string {
	if n == 1 {
		return "1 member"
	}
	return fmt.Sprintf("%d members", n)
}

// unlisted warns of route-server clients that our policies do not stand before
// all others of: their routes are not looked at, or only by what is left.
func (d *document) unlisted(p *policies.RoutingPolicy, l *diag.List) {
	_, neighbors, groups := d.scopes()
	dynamic := map[string]bool{} // groups whose members come and go
	for _, t := range tables(d.values, "dynamic-neighbors") {
		dynamic[wordAt(t.values, "config.peer-group")] = true
	}
	sections := slices.Clone(neighbors) // which point into groups: that stays as it is
	for _, g := range groups {
		if dynamic[wordAt(g.values, "config.peer-group-name")] {
			sections = append(sections, g)
		}
	}
	for _, s := range sections {
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
	l.Warnf(d.place(s.path+"."+path), "gobgpd-not-first", right,
		"%s is a route-server client, and %q is not first in its %s", s.what, name, key)
}
