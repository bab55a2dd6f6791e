package gobgpconf

import (
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"depeer/filters/diag"
	"depeer/policies"
)

// refuseInlinePolicy refuses policy in brackets or braces that holds ours, or that ours
// belongs in: policy-definitions = [...] takes no [[policy-definitions]] beside it.
func (d *document) refuseInlinePolicy(part map[string]any, l *diag.List) {
	for _, e := range d.expressions {
		if e.kind != unstable.KeyValue {
			continue
		}
		for _, a := range arrays {
			if a.isWithin(e.path) && (len(a.elementsOf(part)) != 0 || a.hasName(d.values, a.isOurs)) {
				l.Errorf(d.locatePath(e.path), "gobgpd-inline", fmt.Sprintf("[[%s]]", a.path),
					"%s is written in one value, which depeer does not take apart", e.path)
				break
			}
		}
	}
}

// refuseDuplicatePolicies refuses a policy that is defined twice. On a reload gobgpd ignores
// such a file; a gobgpd that is started from it refuses every route.
func (d *document) refuseDuplicatePolicies(l *diag.List) {
	first := map[string]string{} // path by name
	for i, e := range definitions.elementsOf(d.values) {
		name, path := definitions.nameOf(e), definitions.pathOf(i)+".name"
		if before, ok := first[name]; ok {
			p := d.locatePath(before)
			l.Errorf(d.locatePath(path), "gobgpd-defined-twice", fmt.Sprintf("the first is at line %d", p.Line),
				"the policy %q is defined twice", name)
			continue
		}
		first[name] = path
	}
}

// refuseForeignStatements refuses the operator's statements in a policy of ours: they would be
// lost with it. All statements that we write are named depeer/...
func (d *document) refuseForeignStatements(l *diag.List) {
	for i, e := range definitions.elementsOf(d.values) {
		policy := definitions.nameOf(e)
		if !definitions.isOurs(policy) {
			continue
		}
		for _, s := range findTables(e, "statements") {
			if name, _ := s.values["name"].(string); !strings.HasPrefix(name, policies.Prefix) {
				path := definitions.pathOf(i) + "." + s.path + ".name"
				l.Errorf(d.locatePath(path), "gobgpd-foreign", "move it to a policy of its own",
					"the statement %q is not depeer's, and stands in its policy %q", name, policy)
			}
		}
	}
}

// references are the conditions that name a defined set.
var references = []struct {
	condition string
	sets      array
}{
	{"conditions.match-prefix-set.prefix-set", arrays[0]},
	{"conditions.match-neighbor-set.neighbor-set", arrays[1]},
	{"conditions.bgp-conditions.match-community-set.community-set", arrays[3]},
	{"conditions.bgp-conditions.match-ext-community-set.ext-community-set", arrays[4]},
	{"conditions.bgp-conditions.match-as-path-set.as-path-set", arrays[5]},
	{"conditions.bgp-conditions.match-large-community-set.large-community-set", arrays[6]},
}

// refuseBrokenStatements refuses the operator's statements that gobgpd cannot load beside our
// part: those with a name like ours, and those with a condition on a set that is not defined.
// gobgpd then loads no policy at all, and refuses every route.
func (d *document) refuseBrokenStatements(part map[string]any, l *diag.List) {
	_, theirs := splitOwn(d.values)
	for i, e := range definitions.elementsOf(d.values) {
		policy := definitions.nameOf(e)
		if definitions.isOurs(policy) {
			continue
		}
		for _, s := range findTables(e, "statements") {
			path := definitions.pathOf(i) + "." + s.path
			if name, _ := s.values["name"].(string); strings.HasPrefix(name, policies.Prefix) {
				l.Errorf(d.locatePath(path+".name"), "gobgpd-name-taken", "another name",
					"the statement %q of the policy %q has a name that is for depeer's own", name, policy)
			}
			for _, r := range references {
				set, _ := valueAt(s.values, r.condition).(string)
				named := func(name string) bool { return name == set }
				if set != "" && !r.sets.hasName(theirs, named) && !r.sets.hasName(part, named) {
					l.Errorf(d.locatePath(path+"."+r.condition), "gobgpd-undefined-set", "",
						"a statement of the policy %q asks for the set %q, which would not be defined", policy, set)
				}
			}
		}
	}
}
