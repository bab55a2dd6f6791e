package judge_test

import (
	"fmt"
	"strings"

	"depeer/policies/persist/judge"
)

// operators is an operator's file with two clients, right as it is. Each mistake is one
// edit of it.
const operators = `[global.config]
as = 64500
router-id = "%[1]s"
port = %[2]d
local-address-list = ["%[1]s"]

[[neighbors]]
  [neighbors.config]
    neighbor-address = "%[3]s"
    peer-as = 64496
    auth-password = "s3cret"
  [neighbors.route-server.config]
    route-server-client = true
  [neighbors.apply-policy.config]
    import-policy-list = ["depeer", "op"]
    default-import-policy = "accept-route"
  [[neighbors.afi-safis]]
    config.afi-safi-name = "ipv4-unicast"

[[neighbors]]
  [neighbors.config]
    neighbor-address = "%[4]s"
    peer-as = 64497
  [neighbors.route-server.config]
    route-server-client = true
  [neighbors.apply-policy.config]
    import-policy-list = ["depeer", "op"]

[[peer-groups]]
  [peer-groups.config]
    peer-group-name = "members"
    peer-as = 64496

[[defined-sets.prefix-sets]]
  prefix-set-name = "nets"
  prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..32"}]

[[defined-sets.neighbor-sets]]
  neighbor-set-name = "peers"
  neighbor-info-list = ["192.0.2.9"]

[[defined-sets.bgp-defined-sets.as-path-sets]]
  as-path-set-name = "paths"
  as-path-list = ["^64999_"]

[[defined-sets.bgp-defined-sets.community-sets]]
  community-set-name = "comms"
  community-list = ["64500:1"]

[[defined-sets.bgp-defined-sets.large-community-sets]]
  large-community-set-name = "larges"
  large-community-list = ["64500:1:1"]

[[defined-sets.bgp-defined-sets.ext-community-sets]]
  ext-community-set-name = "exts"
  ext-community-list = ["rt:64500:1"]

[[policy-definitions]]
  name = "op"
  [[policy-definitions.statements]]
    name = "op-1"
    [policy-definitions.statements.conditions.match-prefix-set]
      prefix-set = "nets"
      match-set-options = "any"
    [policy-definitions.statements.conditions.bgp-conditions.as-path-length]
      operator = "ge"
      value = 50
    [policy-definitions.statements.actions]
      route-disposition = "reject-route"
      bgp-actions.set-next-hop = "192.0.2.7"

[[policy-definitions]]
  name = "depeer"

[[policy-definitions]]
  name = "depeer-export"
`

// mistake is an edit of operators, and what is to be found.
type mistake struct {
	name     string
	old, new string     // old "": new is appended
	start    judge.Kind // of the first problem of a start; "" for none
	reload   judge.Kind
	path     string // of the first problem, or warning
	warns    judge.Kind
}

func (m mistake) edit(text string) string {
	if m.old == "" {
		return text + "\n" + m.new + "\n"
	}
	edited := strings.Replace(text, m.old, m.new, 1)
	if edited == text {
		panic(fmt.Sprintf("%s: nothing was edited", m.name))
	}
	return edited
}

const opList = `import-policy-list = ["depeer", "op"]`

// opStatement is what op-1 of operators says, and everything all that gobgpd takes.
const (
	opStatement = `    [policy-definitions.statements.conditions.match-prefix-set]
      prefix-set = "nets"
      match-set-options = "any"
    [policy-definitions.statements.conditions.bgp-conditions.as-path-length]
      operator = "ge"
      value = 50
    [policy-definitions.statements.actions]
      route-disposition = "reject-route"
      bgp-actions.set-next-hop = "192.0.2.7"`
	everything = `
    [policy-definitions.statements.conditions]
      match-prefix-set = {prefix-set = "nets", match-set-options = "invert"}
      match-neighbor-set = {neighbor-set = "peers"}
    [policy-definitions.statements.conditions.bgp-conditions]
      match-as-path-set = {as-path-set = "paths", match-set-options = "all"}
      match-community-set = {community-set = "comms"}
      match-ext-community-set = {ext-community-set = "exts"}
      match-large-community-set = {large-community-set = "larges"}
      community-count = {operator = "le", value = 0}
      as-path-length = {operator = "attribute-ge", value = 1}
      next-hop-in-list = ["192.0.2.1", "2001:db8::/32"]
      afi-safi-in-list = ["ipv4-unicast", "ipv6-unicast"]
      rpki-validation-result = "not-found"
      route-type = "external"
    [policy-definitions.statements.actions]
      route-disposition = "accept-route"
    [policy-definitions.statements.actions.bgp-actions]
      set-community = {options = "add", set-community-method.communities-list = ["64500:1"]}
      set-ext-community = {options = "replace", set-ext-community-method.communities-list = ["rt:64500:1"]}
      set-large-community = {options = "remove", set-large-community-method.communities-list = ["64500:1:1"]}
      set-med = "+10"
      set-local-pref = 100
      set-as-path-prepend = {repeat-n = 2, as = "last-as"}
      set-next-hop = "self"
      set-route-origin = "egp"`

	// guests is a peer group, to be gone on with, and taking what has it take neighbors.
	guests = "[[peer-groups]]\n  [peer-groups.config]\n    peer-group-name = \"guests\"\n    peer-as = 64498\n  " +
		"[peer-groups.route-server.config]\n    route-server-client = true\n  [peer-groups.apply-policy.config]\n"
	taking = "[[dynamic-neighbors]]\n  config = {prefix = \"192.0.2.128/25\", peer-group = \"guests\"}\n"

	conditions = "policy-definitions[0].statements[0].conditions."
	actions    = "policy-definitions[0].statements[0].actions."
)

var mistakes = []mistake{
	{name: "none"},
	{name: "policy twice in a list", old: opList, new: `import-policy-list = ["depeer", "op", "op"]`,
		start: judge.Rejects, path: "neighbors[0].apply-policy.config.import-policy-list"},
	{name: "ours twice in a list", old: opList, new: `import-policy-list = ["depeer", "op", "depeer"]`,
		start: judge.Rejects, path: "neighbors[0].apply-policy.config.import-policy-list"},
	{name: "twice in an export list", old: opList, new: opList + "\n    export-policy-list = [\"op\", \"op\"]",
		start: judge.Rejects, path: "neighbors[0].apply-policy.config.export-policy-list"},
	{name: "statement twice in a policy", old: "    name = \"op-1\"\n",
		new: "    name = \"op-1\"\n  [[policy-definitions.statements]]\n    name = \"op-1\"\n", start: judge.NoPolicy,
		path: "policy-definitions[0].statements[1].name"},
	{name: "statement in another policy",
		new:   "[[policy-definitions]]\nname = \"op2\"\n[[policy-definitions.statements]]\nname = \"op-1\"",
		start: judge.NoPolicy, path: "policy-definitions[3].statements[0].name"},
	{name: "policy twice", new: "[[policy-definitions]]\nname = \"op\"", start: judge.NoPolicy,
		path: "policy-definitions[3].name"},
	{name: "mixed families", old: `prefix-list = [`, new: `prefix-list = [{ip-prefix = "2001:db8::/32"}, `,
		start: judge.NoPolicy, path: "defined-sets.prefix-sets[0].prefix-set-name"},
	{name: "set without a name", old: `prefix-set-name = "nets"`, new: ``, start: judge.NoPolicy,
		path: "defined-sets.prefix-sets[0].prefix-set-name"},
	{name: "another set without a name",
		new: "[[defined-sets.bgp-defined-sets.community-sets]]\ncommunity-list = [\"64500:2\"]", start: judge.NoPolicy},
	{name: "policy without a name", new: "[[policy-definitions]]\n[[policy-definitions.statements]]\nname = \"x\"",
		start: judge.NoPolicy, path: "policy-definitions[3].name"},
	{name: "host name in a neighbor-set", old: `["192.0.2.9"]`, new: `["192.0.2.9", "rs1.example.net"]`,
		start: judge.NoPolicy, path: "defined-sets.neighbor-sets[0].neighbor-set-name"},
	{name: "zone in a neighbor-set", old: `["192.0.2.9"]`, new: `["fe80::1%eth0"]`, start: judge.NoPolicy,
		path: "defined-sets.neighbor-sets[0].neighbor-set-name"},
	{name: "as-path regexp", old: `"^64999_"`, new: `"["`, start: judge.NoPolicy,
		path: "defined-sets.bgp-defined-sets.as-path-sets[0].as-path-set-name"},
	{name: "community regexp", old: `"64500:1"`, new: `"64500:("`, start: judge.NoPolicy,
		path: "defined-sets.bgp-defined-sets.community-sets[0].community-set-name"},
	{name: "large-community regexp", old: `"64500:1:1"`, new: `"64500:("`, start: judge.NoPolicy,
		path: "defined-sets.bgp-defined-sets.large-community-sets[0].large-community-set-name"},
	{name: "ext-community regexp", old: `"rt:64500:1"`, new: `"^rt:6500[0-9]:.*$"`, start: judge.NoPolicy,
		path: "defined-sets.bgp-defined-sets.ext-community-sets[0].ext-community-set-name"},
	{name: "next hop", old: `"192.0.2.7"`, new: `"nowhere"`, start: judge.NoPolicy,
		path: "policy-definitions[0].statements[0].name"},
	{name: "operator", old: `"ge"`, new: `">="`, start: judge.NoPolicy, warns: judge.Word,
		path: "policy-definitions[0].statements[0].name"},
	{name: "undefined set", old: `prefix-set = "nets"`, new: `prefix-set = "other"`, start: judge.NoPolicy,
		path: "policy-definitions[0].statements[0].name"},
	{name: "prefix without a length", old: `"10.0.0.0/8", masklength-range = "8..32"`, new: `"10.0.0.1"`,
		start: judge.NoStart},
	{name: "range with a dash", old: `"8..32"`, new: `"8-32"`, start: judge.NoStart},
	{name: "unknown table", old: `[neighbors.apply-policy.config]`, new: `[neighbors.apply-policy-config]`,
		start: judge.NoStart, path: "neighbors[0].apply-policy-config"},
	{name: "unknown key", old: `peer-as = 64497`, new: "peer-as = 64497\n    pear-as = 1", start: judge.NoStart,
		path: "neighbors[1].config.pear-as"},
	{name: "family", old: `"ipv4-unicast"`, new: `"ipv4"`, start: judge.NoStart},
	{name: "router-id", old: `router-id = "`, new: `router-id = "x`, start: judge.NoStart},
	{name: "host name as neighbor", old: "    peer-as = 64497\n",
		new: "    peer-as = 64497\n[[neighbors]]\n  config = {neighbor-address = \"no such.invalid\", peer-as = " +
			"1}\n[[neighbors]]\n  config = {neighbor-address = \"192.0.2.33\", peer-as = 2}\n", start: judge.NoStart},
	{name: "disposition", old: `"reject-route"`, new: `"reject"`, warns: judge.Word,
		path: "policy-definitions[0].statements[0].actions.route-disposition"},
	{name: "default", old: `"accept-route"`, new: `"acceot-route"`, warns: judge.Word,
		path: "neighbors[0].apply-policy.config.default-import-policy"},
	{name: "match options", old: `match-set-options = "any"`, new: `match-set-options = "none"`, warns: judge.Word,
		path: "policy-definitions[0].statements[0].conditions.match-prefix-set.match-set-options"},
	{name: "community options", old: `bgp-actions.set-next-hop = "192.0.2.7"`,
		new:   `bgp-actions.set-community = {options = "REMOVE", set-community-method.communities-list = ["64500:1"]}`,
		warns: judge.Word, path: "policy-definitions[0].statements[0].actions.bgp-actions.set-community.options"},
	{name: "undefined group", old: `peer-as = 64497`, new: `peer-group = "nobody"`, start: judge.Lost,
		reload: judge.Lost, path: "neighbors[1].config.peer-group"},
	{name: "neighbor twice", new: "[[neighbors]]\n  [neighbors.config]\n    neighbor-address = \"NEIGHBOR\"\n    " +
		"peer-as = 64496", warns: judge.Twice, reload: judge.Lost, path: "neighbors[2].config.neighbor-address"},
	{name: "set twice", new: "[[defined-sets.prefix-sets]]\n  prefix-set-name = \"nets\"\n  prefix-list = " +
		"[{ip-prefix = \"11.0.0.0/8\"}]", warns: judge.Twice, path: "defined-sets.prefix-sets[1].prefix-set-name"},
	{name: "without ours", old: "[[policy-definitions]]\n  name = \"depeer\"\n", new: "", start: judge.Rejects,
		path: "neighbors[0].apply-policy.config.import-policy-list"},
	{name: "as in quotes", old: "as = 64500", new: `as = "64500"`},
	{name: "zebra, rpki, bmp, mrt", new: "[[rpki-servers]]\nconfig = {address = \"127.0.0.1\", port = " +
		"9}\n[[bmp-servers]]\nconfig = {address = \"127.0.0.1\", port = 9}"},
	{name: "all that gobgpd takes", old: opStatement, new: everything},
	{name: "one condition", old: opStatement, new: `conditions.match-neighbor-set = {neighbor-set = "peers"}`},
	{name: "condition: next hop that is none", old: opStatement,
		new: `conditions.bgp-conditions.next-hop-in-list = ["zz"]`, start: judge.Condition,
		path: conditions + "bgp-conditions.next-hop-in-list"},
	{name: "condition: next hop too long", old: opStatement,
		new: `conditions.bgp-conditions.next-hop-in-list = ["127.88.0.9/33"]`, start: judge.Condition,
		path: conditions + "bgp-conditions.next-hop-in-list"},
	{name: "condition: no next hop", old: opStatement, new: `conditions.bgp-conditions.next-hop-in-list = []`,
		start: judge.Condition, path: conditions + "bgp-conditions.next-hop-in-list"},
	{name: "condition: one next hop of two", old: opStatement,
		new: `conditions.bgp-conditions.next-hop-in-list = ["192.0.2.1", "zz"]`, start: judge.Condition,
		path: conditions + "bgp-conditions.next-hop-in-list"},
	{name: "condition: local-pref", old: opStatement, new: `conditions.bgp-conditions.local-pref-eq = 100`,
		start: judge.Condition, path: conditions + "bgp-conditions.local-pref-eq"},
	{name: "condition: local-pref 0", old: opStatement, new: `conditions.bgp-conditions.local-pref-eq = 0`,
		start: judge.Condition, path: conditions + "bgp-conditions.local-pref-eq"},
	{name: "condition: med", old: opStatement, new: `conditions.bgp-conditions.med-eq = 100`, start: judge.Condition,
		path: conditions + "bgp-conditions.med-eq"},
	{name: "condition: call-policy", old: opStatement, new: `conditions.call-policy = "zz"`, start: judge.Condition,
		path: conditions + "call-policy"},
	{name: "condition: call-policy that is there", old: opStatement, new: `conditions.call-policy = "depeer"`,
		start: judge.Condition, path: conditions + "call-policy"},
	{name: "condition: tag set", old: opStatement, new: `conditions.match-tag-set = {tag-set = "zz"}`,
		start: judge.Condition, path: conditions + "match-tag-set"},
	{name: "condition: neighbor set without a name", old: opStatement,
		new: `conditions.match-neighbor-set = {neighbor-set = "", match-set-options = "any"}`, start: judge.Condition,
		path: conditions + "match-neighbor-set"},
	{name: "condition: prefix set without a name", old: opStatement,
		new: `conditions.match-prefix-set = {prefix-set = ""}`, start: judge.Condition,
		path: conditions + "match-prefix-set"},
	{name: "condition: count without an operator", old: opStatement,
		new: `conditions.bgp-conditions.community-count = {value = 3}`, start: judge.Condition,
		path: conditions + "bgp-conditions.community-count"},
	{name: "condition: rpki", old: opStatement, new: `conditions.bgp-conditions.rpki-validation-result = "invald"`,
		start: judge.Condition, warns: judge.Word, path: conditions + "bgp-conditions.rpki-validation-result"},
	{name: "condition: a family in a condition", old: opStatement,
		new: `conditions.bgp-conditions.afi-safi-in-list = ["ipv6"]`, start: judge.Condition, warns: judge.Word,
		path: conditions + "bgp-conditions.afi-safi-in-list"},
	{name: "condition: one family of two", old: opStatement,
		new: `conditions.bgp-conditions.afi-safi-in-list = ["ipv4-unicast", "ipv6"]`, start: judge.Condition,
		warns: judge.Word, path: conditions + "bgp-conditions.afi-safi-in-list"},
	{name: "condition: origin", old: opStatement, new: `conditions.bgp-conditions.origin-eq = "igpp"`,
		start: judge.Condition, warns: judge.Word, path: conditions + "bgp-conditions.origin-eq"},
	{name: "condition: origin, right", old: opStatement, new: `conditions.bgp-conditions.origin-eq = "igp"`,
		start: judge.Condition, path: conditions + "bgp-conditions.origin-eq"},
	{name: "condition: protocol", old: opStatement, new: `conditions.install-protocol-eq = "bgpp"`,
		start: judge.Condition, warns: judge.Word, path: conditions + "install-protocol-eq"},
	{name: "condition: protocol, right", old: opStatement, new: `conditions.install-protocol-eq = "bgp"`,
		start: judge.Condition, path: conditions + "install-protocol-eq"},
	{name: "condition: origin of the action", old: opStatement,
		new:   "conditions.bgp-conditions.origin-eq = \"igp\"\nactions.bgp-actions.set-route-origin = \"egp\"",
		start: judge.Condition, path: conditions + "bgp-conditions.origin-eq"},
	{name: "condition: no rpki", old: opStatement, new: `conditions.bgp-conditions.rpki-validation-result = "none"`},
	{name: "action: med", old: opStatement, new: `actions.bgp-actions.set-med = "abc"`, start: judge.Action,
		path: actions + "bgp-actions.set-med"},
	{name: "action: prepend", old: opStatement,
		new: `actions.bgp-actions.set-as-path-prepend = {repeat-n = 3, as = "first-as"}`, start: judge.Action,
		path: actions + "bgp-actions.set-as-path-prepend"},
	{name: "action: prepend too large", old: opStatement,
		new: `actions.bgp-actions.set-as-path-prepend = {repeat-n = 3, as = "4294967296"}`, start: judge.Action,
		path: actions + "bgp-actions.set-as-path-prepend"},
	{name: "action: prepend nothing", old: opStatement, new: `actions.bgp-actions.set-as-path-prepend = {repeat-n = 3}`,
		start: judge.Action, path: actions + "bgp-actions.set-as-path-prepend"},
	{name: "action: origin", old: opStatement, new: `actions.bgp-actions.set-route-origin = "igpp"`,
		start: judge.Action, warns: judge.Word, path: actions + "bgp-actions.set-route-origin"},
	{name: "action: no communities", old: opStatement, new: `actions.bgp-actions.set-community = {options = "replace"}`,
		start: judge.Action, path: actions + "bgp-actions.set-community"},
	{name: "action: local-pref 0", old: opStatement, new: `actions.bgp-actions.set-local-pref = 0`, start: judge.Action,
		path: actions + "bgp-actions.set-local-pref"},
	{name: "action: tag", old: opStatement, new: `actions.igp-actions.set-tag = "1"`, start: judge.Action,
		path: actions + "igp-actions.set-tag"},
	{name: "twice in a list of a group",
		new: guests + "    import-policy-list = [\"depeer\", \"op\", \"op\"]\n" + taking, start: judge.Rejects,
		path: "peer-groups[1].apply-policy.config.import-policy-list"},
	{name: "undefined in a list of a group", new: guests + "    export-policy-list = [\"other\"]\n" + taking,
		start: judge.Rejects, path: "peer-groups[1].apply-policy.config.export-policy-list"},
	{name: "lists of a group, right", new: guests + "    import-policy-list = [\"depeer\", \"op\"]\n" + taking},
	{name: "address to listen on", old: `local-address-list = ["`, new: `local-address-list = ["not-an-ip", "`,
		start: judge.NoStart, path: "global.config.local-address-list"},
}
