package gobgpconf

import (
	"depeer/policies"
)

// Anchor returns the two policy definitions, empty, that an operator pastes once
// into gobgpd's configuration. Where the format has comments, they say how to paste
// them. Empty policies do nothing to any route.
func Anchor(f Format) []byte {
	comment := append([]string{
		"The two policies that depeer fills. They are empty, and do nothing as they are.",
	}, whereText(f)...)
	comment = append(comment, listsText...)
	b, err := Encode(&policies.RoutingPolicy{}, f, comment)
	if err != nil {
		panic("gobgpconf: the anchor is no configuration: " + err.Error())
	}
	return b
}

// whereText says where the definitions go. In TOML all keys after a table's header
// belong to it; in YAML a key may stand only once.
func whereText(f Format) []string {
	switch f {
	case TOML:
		return []string{"Paste them once, marks included, at the end of gobgpd.conf."}
	case YAML, JSON:
		return []string{"Paste them once into gobgpd's configuration; where there is a policy-definitions",
			"already, add the two names to it."}
	default:
		panic("gobgpconf: no such format")
	}
}

var listsText = []string{
	"",
	"Then, in apply-policy, config, of every neighbor that is a route-server client,",
	`put "depeer" first in import-policy-list and "depeer-export" first in`,
	"export-policy-list, before the policies that are there. In TOML:",
	"",
	"  [neighbors.apply-policy.config]",
	`    import-policy-list = ["depeer", ...]`,
	`    export-policy-list = ["depeer-export", ...]`,
	"",
	"So a restart of gobgpd comes up right. Never name a policy that is not defined:",
	"gobgpd then refuses every route of that client.",
	"",
	"What it costs: a reload (SIGHUP) whose policy part differs soft-resets every peer;",
	"a neighbor whose section is edited has its session reset, and gobgpd 3.37 looks",
	"only at the first such neighbor of a reload.",
}
