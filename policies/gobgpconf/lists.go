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
	what   string // its name in messages
	values map[string]any
	group  *scope // a neighbor's peer group: it holds where the neighbor's section has no value
}

// findScopes returns the global section, neighbors, and peer groups.
func (d *document) findScopes() (global scope, neighbors, groups []scope) {
	global.path, global.what = "global", "global"
	global.values, _ = d.values["global"].(map[string]any)
	for _, t := range findTables(d.values, "peer-groups") {
		t.what = describeSection("peer group", valueAt(t.values, "config.peer-group-name"))
		groups = append(groups, t)
	}
	for _, t := range findTables(d.values, "neighbors") {
		t.what = describeSection("neighbor", valueAt(t.values, "config.neighbor-address"))
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
	if v := valueAt(values, path); v != nil {
		return fmt.Sprint(v)
	}
	return ""
}

// describeSection returns what a section is, with its name if it has one.
func describeSection(what string, name any) string {
	if name == nil {
		return "a " + what + " without a name"
	}
	return what + " " + replaceUnprintable(fmt.Sprint(name))
}

// findTables returns the tables at a path. Like gobgpd it takes a single table for a list.
func findTables(values map[string]any, path string) []scope {
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

// valueAt returns the value that holds for the scope at a path: its own, or else its peer
// group's.
func (s scope) valueAt(path string) any {
	if v := valueAt(s.values, path); v != nil || s.group == nil {
		return v
	}
	return valueAt(s.group.values, path)
}

// isClient says whether the scope is a route-server client, as gobgpd reads it.
func (s scope) isClient() bool {
	yes, _ := strconv.ParseBool(fmt.Sprint(s.valueAt("route-server.config.route-server-client")))
	return yes
}

// listNames returns the names of a list. Like gobgpd it takes a string with commas for one.
func listNames(v any) []string {
	switch v := v.(type) {
	case []any:
		return mapSlice(v, func(e any) string { return fmt.Sprint(e) })
	case string:
		return strings.Split(v, ",")
	default:
		return nil
	}
}

// refuseUndefinedPolicies refuses lists that name a policy which the file does not define:
// gobgpd refuses every route there. It skips ours: see warnLostDefinitions.
func (d *document) refuseUndefinedPolicies(l *diag.List) {
	defined := d.definedPolicies()
	global, neighbors, groups := d.findScopes()
	for _, s := range slices.Concat([]scope{global}, groups, neighbors) {
		for _, path := range []string{importList, exportList} {
			for _, name := range listNames(valueAt(s.values, path)) {
				if defined[name] || definitions.isOurs(name) {
					continue
				}
				l.Errorf(d.locatePath(s.path+"."+path), "gobgpd-undefined-policy",
					"define it, or take it out of the list",
					"%s: the policy %q is not defined in this file: gobgpd would refuse every route", s.what, name)
			}
		}
	}
}

// definedPolicies returns the names of the policies that the file defines.
func (d *document) definedPolicies() map[string]bool {
	defined := map[string]bool{}
	for _, e := range definitions.elementsOf(d.values) {
		defined[definitions.nameOf(e)] = true
	}
	return defined
}

// warnLostDefinitions warns of clients with a policy of ours in a list, where the file does not
// define it any more. ReplacePart defines it again.
func (d *document) warnLostDefinitions(l *diag.List) {
	defined := d.definedPolicies()
	_, neighbors, _ := d.findScopes()
	n := 0
	for _, s := range neighbors {
		lists := slices.Concat(listNames(s.valueAt(importList)), listNames(s.valueAt(exportList)))
		if s.isClient() && slices.ContainsFunc(lists,
			func(name string) bool { return definitions.isOurs(name) && !defined[name] }) {
			n++
		}
	}
	if n > 0 {
		l.Warnf(diag.Position{File: d.file}, "gobgpd-definitions", BeforeReload,
			"depeer's definitions were not in this file: as it was, this reload rejects every route of %s",
			FormatMembers(n))
	}
}

// BeforeReload says what to do about a file that has lost our definitions. Pasting them after
// a reload leaves clients without the operator's own filters.
const BeforeReload = "put the definitions back before any reload: depeer emit --into FILE; do not paste and reload " +
	"after the fact; if it has been reloaded: depeer repair --lists, or restart gobgpd"

// FormatMembers writes "1 member", "2 members".
func FormatMembers(n int) string {
	if n == 1 {
		return "1 member"
	}
	return fmt.Sprintf("%d members", n)
}

// warnUnlistedClients warns of route-server clients in whose lists ours is not the first policy:
// ours sees none of their routes, or only those that the policies before it let pass.
func (d *document) warnUnlistedClients(p *policies.RoutingPolicy, l *diag.List) {
	_, neighbors, groups := d.findScopes()
	dynamic := map[string]bool{} // groups whose members come and go
	for _, t := range findTables(d.values, "dynamic-neighbors") {
		dynamic[wordAt(t.values, "config.peer-group")] = true
	}
	sections := slices.Clone(neighbors) // which point into groups: that stays as it is
	for _, g := range groups {
		if dynamic[wordAt(g.values, "config.peer-group-name")] {
			sections = append(sections, g)
		}
	}
	var all []notFirst
	for _, s := range sections {
		if !s.isClient() {
			continue
		}
		all = append(all, d.findNotFirst(s, importList, policies.ImportPolicy)...)
		if len(p.Export) != 0 {
			all = append(all, d.findNotFirst(s, exportList, policies.ExportPolicy)...)
		}
	}
	d.warnNotFirst(all, l)
}

// notFirst is a list of a route-server client that a policy of ours is not the first of.
type notFirst struct {
	client, path string
	name, key    string // of the policy, and of the list
	right        string // the list as it is right
}

// findNotFirst returns the list unless name is the first of it.
func (d *document) findNotFirst(s scope, path, name string) []notFirst {
	list := listNames(s.valueAt(path))
	if len(list) > 0 && list[0] == name {
		return nil
	}
	list = slices.DeleteFunc(list, func(other string) bool { return other == name })
	key := path[strings.LastIndexByte(path, '.')+1:]
	quoted := mapSlice(slices.Insert(list, 0, name), func(s string) string { return string(appendTOMLString(nil, s)) })
	return []notFirst{{s.what, s.path + "." + path, name, key, key + " = [" + strings.Join(quoted, ", ") + "]"}}
}

// inBulk is how many lists that are mended in the same way are warned of one by one.
const inBulk = 3

// warnNotFirst warns of lists; of many that are mended in the same way, once.
func (d *document) warnNotFirst(all []notFirst, l *diag.List) {
	for len(all) > 0 {
		first := all[0]
		var alike, others []notFirst
		for _, n := range all {
			if n.right == first.right {
				alike = append(alike, n)
			} else {
				others = append(others, n)
			}
		}
		all = others
		if len(alike) <= inBulk {
			for _, n := range alike {
				l.Warnf(d.locatePath(n.path), "gobgpd-not-first", n.right,
					"%s is a route-server client, and %q is not first in its %s", n.client, n.name, n.key)
			}
			continue
		}
		l.Warnf(d.locatePath(first.path), "gobgpd-not-first", first.right,
			"%d route-server clients do not have %q first in their %s, %s the first of them", len(alike), first.name,
			first.key, first.client)
	}
}
