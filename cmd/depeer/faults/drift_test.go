package faults_test

import (
	"os"
	"strings"
	"testing"
)

// Row 27: after SIGHUP with an edit of policies, and of a neighbor, status names the
// drift, for each member that it is about, good routes stay, and a new plan converges.
func TestReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")

	edited := strings.Replace(string(w.Daemon.Config()), "8..32", "9..32", 1)
	w.Daemon.Write([]byte(edited))
	w.Daemon.Reload()
	w.holds(outcomes[""]) // fails open
	var status struct {
		Targets []struct {
			State string
			Drift []struct{ Object, Member, What string }
		}
	}
	w.on("status", "--json").exits(2).reads(&status)
	if len(status.Targets) != 1 || status.Targets[0].State != "drift" || len(status.Targets[0].Drift) == 0 {
		t.Errorf("status: %+v", status)
	}
	w.put("a")

	// A neighbor's section does not have our place: the edit takes it from that member.
	edited = strings.Replace(edited, "peer-as = 64496", "description = 'edited'\npeer-as = 64496", 1)
	edited = strings.Replace(edited, "import-policy-list = ['depeer', 'in']", "import-policy-list = ['in']", 1)
	w.Daemon.Write([]byte(edited))
	w.Daemon.Reload()
	w.Members[0].WaitEstablished()
	w.on("status", "a.yaml", "--json").exits(2).reads(&status)
	named := false
	for _, d := range status.Targets[0].Drift {
		named = named || d.Member == w.Members[0].Address.String()
	}
	if !named {
		t.Errorf("status does not name %s: %+v", w.Members[0].Address, status)
	}
	w.put("a")
}

// Row 28: after a restart status says so, and a new plan converges. Where emit has
// written the list into the file, it comes up right by itself.
func TestRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.restart()
	w.holds(outcomes[""])
	w.on("status").exits(2).says("drift")
	w.put("a")
	over := dumpOf(t, w.Daemon)

	w.write("gobgpd.toml", string(w.Daemon.Config()))
	w.depeer("emit", "a.yaml", "--into", "gobgpd.toml").exits(0)
	text, err := os.ReadFile(w.dir + "/gobgpd.toml")
	if err != nil {
		t.Fatal(err)
	}
	w.Daemon.Write(text)
	w.restart()
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0).says("in-sync")
	w.on("plan", "a.yaml", "--detailed-exitcode").exits(0)
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes").exits(0)
	w.holds(outcomes["b"])
	w.put("a")
	over.is(t, w.Daemon) // from a file or over gRPC: the same objects
}

func (w *world) restart() {
	w.t.Helper()
	w.Daemon.Restart()
	for _, m := range w.Members {
		m.WaitEstablished()
	}
}
