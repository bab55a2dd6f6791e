package faults_test

import (
	"path/filepath"
	"strings"
	"testing"

	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/plan"
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
		says("treatment deprefer does something else",
			"local-pref 50, and not local-pref 50, prepend 2, large-community 64500:666:1 any more",
			"community 64500:64661, and not large-community 64500:666:2 any more")
	w.depeer("apply", "now.plan", "--yes").exits(0)
	w.holds(outcomes["a"])

	const warns = "a prepend, which has no bound, to a route's attributes, over the limit of 7"
	w.on("rollback", "--yes").exits(0).says(warns)
	w.holds(before)
	w.on("clear", "--yes").exits(0).says(warns)
	w.holds(outcomes[""])
}

// Row 48: likewise where an exchange wrote its treatments out: a watch of this version does not add
// the statement that leaves short announcements out without a person.
func TestEarlierStatementsWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", strings.Replace(earlier, "prepend: 2, ", "", 1))
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.asEarlier()
	before := w.table()

	w.replace("ours.yaml", strings.Replace(lists["a.yaml"], "20.1.0.0/16", "20.1.0.0/17", 1))
	r := w.watchOn("ours.yaml", "--state", filepath.Join(w.dir, "other"))
	r.says(0, "does not leave out announcements of /8 and shorter")
	r.says(0, "state=refused")
	w.holds(before)
	r.ends()
}

// asEarlier brings the daemon to what an earlier version made of the same lists: the statement
// about short announcements is not there.
func (w *world) asEarlier() {
	w.t.Helper()
	client, err := gobgp.Dial(w.t.Context(), gobgp.Options{Address: w.Daemon.Target.String()})
	if err != nil {
		w.t.Fatal(err)
	}
	defer client.Close()
	state, err := client.State(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	earlier := *state.InForce()
	earlier.Import = nil
	for _, s := range state.InForce().Import {
		_, s.Name, _ = strings.Cut(s.Name[strings.LastIndex(s.Name, "/"):], "-")
		if s.Name != "short" {
			earlier.Import = append(earlier.Import, s)
		}
	}
	if len(earlier.Import) == len(state.Import) {
		w.t.Fatalf("no statement is about short announcements: %q", state.Import)
	}
	policies.NameStatements(earlier.Import)
	for _, call := range plan.To(state, &earlier, "earlier").Calls() {
		if err := client.Do(w.t.Context(), call); err != nil {
			w.t.Fatal(err)
		}
	}
}

// Choices are refused where a client would be sent the tags of routes: in a file that is
// kept, before the first call.
func TestPersistRefusesTagsThatLeak(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members[2].Export = []string{"out"}
	w := keeping(t, c)
	choices := lists["depeer.yaml"] + "members:\n  - {asn: 64497, addresses: [" + w.Members[1].Address.String() +
		"], choices: {ours: refuse}}\n" +
		"targets:\n  - {name: rs1, address: \"" + w.Daemon.Target.String() + "\", persist: \"" + w.Daemon.ConfigFile +
		"\"}\n"
	w.write("depeer.yaml", choices)
	before := w.table()
	w.on("plan", "a.yaml", "-o", "a.plan").exits(4).says("guard-added-bytes", w.Members[2].Address.String(),
		"tags of members' choices")
	w.depeer("emit", "a.yaml", "--into", w.Daemon.ConfigFile, "-o", "other.conf").exits(4).says("guard-added-bytes")
	w.holds(before)
}

// Row 48: a plan that guard-added-bytes refuses is shown whole, routes and all, and is not
// kept. What makes the lists themselves no good is said without a call.
func TestAddedBytesShowsThePlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", "version: 1\nexchange: {asn: 64500}\ntreatments:\n  - {name: depeer, reject: true}\n  - "+
		"{name: deprefer, local_pref: 50, prepend: 2}\n  - {name: tag, med: 1}\n")
	type result struct {
		Guards []struct {
			Code         string
			Value, Limit int
			OK           bool
		}
	}
	w.unchanged(func() {
		for _, command := range []string{"plan", "impact"} {
			var r result
			refused := w.on(command, "a.yaml", "--json").exits(4)
			refused.reads(&r)
			if len(r.Guards) == 0 || r.Guards[0].Code != "guard-added-bytes" || r.Guards[0].Value != 4103 ||
				r.Guards[0].Limit != 7 || r.Guards[0].OK {
				t.Errorf("%s: guards are %+v", command, r.Guards)
			}
			if len(r.Guards) < 2 {
				t.Errorf("%s: no guard on routes was asked: %s", command, refused.stdout)
			}
		}
		w.on("plan", "a.yaml", "-o", "a.plan").exits(4).says("guard-added-bytes", "4,103 of 7 bytes")
		w.depeer("apply", "a.plan", "--yes").exits(3)
	})
}

// What emit --into writes where no exchange file says the ASN is in sync with the daemon
// that is started with it: marks and tags are of the file's ASN.
func TestEmitIntoTakesTheFilesASN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", "version: 1\n")
	w.depeer("emit", "a.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.Daemon.Restart()
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
	w.on("plan", "a.yaml", "--detailed-exitcode").exits(0)
}
