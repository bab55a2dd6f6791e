package faults_test

import (
	"fmt"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
)

// Without a watch, a person puts back what a restart, or a reload that wiped it, has lost:
// under the approvals it had, whatever lists say now.
func TestRepair(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.on("repair", "--yes").exits(1).says("nothing was applied")
	w.write("depeer.yaml", "version: 1\nexchange: {name: Example-IX, asn: 64500}\nlimits: {max_routes: 1%, "+
		"max_member_routes: 100%}\n")
	w.on("plan", "a.yaml", "-o", "a.plan").exits(4)
	w.on("plan", "a.yaml", "-o", "a.plan", "--allow-routes", "1").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.holds(outcomes["a"])
	w.on("repair", "--yes").exits(0).says("nothing to put back: what was applied last is in force")
	applied := dumpOf(t, w.Daemon)
	w.write("a.yaml", lists["b.yaml"]) // is not asked

	w.restart()
	w.holds(outcomes[""])
	restarted := dumpOf(t, w.Daemon)
	w.on("repair").exits(64).says("--yes")
	w.on("repair", "-o", "again.plan").exits(0).says("statements: +", "depeer apply again.plan")
	restarted.is(t, w.Daemon)
	w.on("repair", "--yes", "--json").exits(0).says(`"outcome":"applied"`)
	w.holds(outcomes["a"])
	applied.is(t, w.Daemon)
	w.on("history", "--json").exits(0).says(`"action":"repair"`, `"allow-routes":1`)

	w.Daemon.Write([]byte(strings.Replace(string(w.Daemon.Config()), "8..32", "9..32", 1)))
	w.Daemon.Reload()
	w.holds(outcomes[""])
	global, err := w.Daemon.API().GetBgp(t.Context(), &api.GetBgpRequest{})
	if err != nil {
		t.Fatal(err)
	}
	w.typed("no", "repair", "--target", w.target).exits(1)
	w.holds(outcomes[""])
	w.typed(global.Global.RouterId, "repair", "--target", w.target).exits(0).says("changes", "applied")
	w.holds(outcomes["a"])
	w.on("status").exits(0)
}

// What a person has cleared or rolled back is not put back by repair: it says by whom and
// when. A rollback to an earlier list has put that in force: it comes back.
func TestRepairKeepsWhatWasCleared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.on("rollback", "--yes").exits(0)
	w.unchanged(func() {
		w.on("repair", "--yes").exits(0).says("nothing to put back: rolled back by ")
	})
	w.put("a")
	w.put("b")
	w.on("rollback", "--yes").exits(0)
	w.restart()
	w.on("repair", "--yes").exits(0)
	w.holds(outcomes["a"])

	w.on("clear", "--yes").exits(0)
	w.restart()
	w.unchanged(func() {
		w.on("repair", "--yes").exits(0).says("nothing to put back: cleared by ", " at 20")
		w.on("repair", "--yes", "--json").exits(0).says(`"why":"nothing to put back: cleared by`,
			`"outcome":"nothing to do"`)
		w.on("repair", "-o", "none.plan").exits(0).says("cleared by")
		w.depeer("apply", "none.plan", "--yes").exits(3)
	})
	w.holds(outcomes[""])
}

// Several targets: each is repaired in its turn, and one that was cleared is left so.
func TestRepairAll(t *testing.T) {
	t.Parallel()
	first, second := newWorld(t, exchange()), newWorld(t, exchange())
	w := &world{first.shell, first.Running, t}
	w.write("depeer.yaml", lists["depeer.yaml"]+
		fmt.Sprintf("targets:\n  - {name: rs1, address: %q}\n  - {name: rs2, address: %q, after: rs1}\n", first.target,
			second.target))
	w.depeer("plan", "a.yaml", "--target", "all", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--target", "all", "--yes", "--soak", "0s").exits(0)
	w.depeer("clear", "--target", "rs2", "--yes").exits(0)
	for _, x := range []*world{first, second} {
		x.restart()
	}
	w.depeer("repair", "--target", "all", "--yes", "--soak", "0s").exits(0).says("applied",
		"nothing to put back: cleared by ")
	first.holds(outcomes["a"])
	second.holds(outcomes[""])
	w.depeer("repair", "--target", "all", "--yes", "--soak", "0s", "--json").exits(0).says(`"targets":[`)
}

// Persist is for the machine that gobgpd runs on.
func TestPersistElsewhere(t *testing.T) {
	t.Parallel()
	s := newShell(t, "rs1")
	s.write("depeer.yaml", lists["depeer.yaml"]+
		"targets: [{name: rs1, address: \"192.0.2.1:50051\", persist: /etc/gobgpd.conf}]\n")
	for _, command := range []string{"check", "plan", "impact"} {
		args := []string{command, "a.yaml"}
		if command != "check" {
			args = append(args, "--target", "rs1")
		}
		if got := s.depeer(args...); got.code != 3 {
			t.Errorf("%s: exit code %d", command, got.code)
		} else {
			got.says("depeer.yaml:5:", "persist is for the machine that gobgpd runs on", "[exchange-persist-remote]")
		}
	}
}
