package faults_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
)

// What goes with a session that is shut is foretold, and counted by the guard on all
// routes: also what no entry matches, and by apply, when it asks again.
func TestSessionShutForetold(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members[2].Announce = append(c.Members[2].Announce, from("20.6.0.0/16", 65010),
		from("20.4.0.0/16", 65012, 65013, 65014))
	w := newWorld(t, c)
	w.write("depeer.yaml", strings.Replace(shutting, "max_routes: 100%, ", "", 1))
	w.write("third.yaml", listedThird)
	third := w.Members[2].Address.String()
	before := w.table()
	args := []string{"plan", "third.yaml", "-o", "third.plan", "--at", "2026-02-01", "--allow-sessions", "1"}

	w.on(args...).exits(4).says("[guard-max-routes]", "--allow-routes 3")
	w.on("explain", "20.6.0.0/16", "third.yaml", "--at", "2026-02-01").exits(0).says("third (ours) by AS64498",
		"64498 65010  refused")
	type member struct {
		Address               string
		Refused, Lost, Usable int
		Shut                  bool
	}
	var said struct {
		Routes   struct{ Refused int }
		Prefixes struct {
			WithoutPath int `json:"without_path"`
		}
		Members   []member
		Providers []struct {
			ID      string
			Refused int
		}
		Collateral []struct{ Origin, Refused int }
	}
	w.on(append(args, "--allow-routes", "3", "--json")...).exits(0).reads(&said)
	if said.Routes.Refused != 3 || said.Prefixes.WithoutPath != 2 || len(said.Providers) != 1 ||
		said.Providers[0].Refused != 3 {
		t.Errorf("foretold: %+v", said)
	}
	if d := cmp.Diff([]struct{ Origin, Refused int }{{65010, 1}, {65014, 1}}, said.Collateral); d != "" {
		t.Errorf("besides (-want +got):\n%s", d)
	}
	for i, m := range said.Members {
		want := member{Address: m.Address, Usable: len(before[i]), Lost: 2}
		if i > 0 {
			want.Usable++ // the first member's 10.0.0.0/16: that the operator refuses it is not foretold
		}
		if m.Address == third {
			want.Shut, want.Refused, want.Lost = true, 3, want.Usable
		}
		if d := cmp.Diff(want, m); d != "" {
			t.Errorf("member %d (-want +got):\n%s", i, d)
		}
	}

	w.Members[2].Announce(testbed.Announce("20.7.0.0/16")...)
	w.Settle()
	// More over the session that is to be shut is no veto (row 58).
	w.depeer("apply", "third.plan", "--yes").exits(0)
	w.sessions(true, true, false)
	for i, lines := range before[:2] {
		var left []string
		for _, line := range lines {
			if !strings.HasPrefix(line, "20.5.0.0/16 ") && !strings.HasPrefix(line, "20.6.0.0/16 ") {
				left = append(left, line)
			}
		}
		if d := cmp.Diff(left, w.table()[i]); d != "" {
			t.Errorf("member %d holds (-want +got):\n%s", i, d)
		}
	}
}
