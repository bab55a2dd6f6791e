package faults_test

import (
	"strings"
	"testing"
)

// earlier is an exchange that writes out what an earlier version had built in, and allows it.
const earlier = `
version: 1
exchange: {name: Example-IX, asn: 64500}
treatments:
  - {name: depeer, reject: true}
  - {name: deprefer, local_pref: 50, prepend: 2, large_communities: ["64500:666:1"]}
  - {name: tag, large_communities: ["64500:666:2"]}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%, max_added_bytes: 4200}
`

// Row 48: what an earlier version put in stays, and a watch of this one waits for a person, who
// is told what changes. Ways back and out are not refused, and warn.
func TestEarlierBuiltinsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", earlier)
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	before := w.table()
	if !strings.Contains(strings.Join(before[1], "\n"), "20.1.0.0/16 64496 64496 64496 | 50") {
		t.Fatalf("nothing was put in: %v", before)
	}

	w.write("depeer.yaml", watched)
	w.replace("ours.yaml", lists["a.yaml"])
	r := w.watchOn()
	r.says(0, "earlier version of this program")
	r.says(0, "state=refused")
	w.holds(before)
	r.ends()

	w.on("plan", "ours.yaml", "-o", "now.plan").exits(0).
		says("treatment deprefer does something else", "local-pref 50, and not local-pref 50, prepend 2, large-community 64500:666:1 any more",
			"community 64500:64661, and not large-community 64500:666:2 any more")
	w.depeer("apply", "now.plan", "--yes").exits(0)
	w.holds(outcomes["a"])

	const warns = "a prepend, which has no bound, to a route's attributes, over the limit of 7"
	w.on("rollback", "--yes").exits(0).says(warns)
	w.holds(before)
	w.on("clear", "--yes").exits(0).says(warns)
	w.holds(outcomes[""])
}

// Choices are refused where a client would be sent the tags of routes: in a file that is
// kept, before the first call.
func TestPersistRefusesTagsThatLeak(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members[2].Export = []string{"out"}
	w := keeping(t, c)
	choices := lists["depeer.yaml"] + "members:\n  - {asn: 64497, addresses: [" + w.Members[1].Address.String() + "], choices: {ours: refuse}}\n" +
		"targets:\n  - {name: rs1, address: \"" + w.Daemon.Target.String() + "\", persist: \"" + w.Daemon.ConfigFile + "\"}\n"
	w.write("depeer.yaml", choices)
	before := w.table()
	w.on("plan", "a.yaml", "-o", "a.plan").exits(4).says("guard-added-bytes", w.Members[2].Address.String(), "tags of members' choices")
	w.depeer("emit", "a.yaml", "--into", w.Daemon.ConfigFile, "-o", "other.conf").exits(4).says("guard-added-bytes")
	w.holds(before)
}
