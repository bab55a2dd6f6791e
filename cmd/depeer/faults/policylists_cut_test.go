package faults_test

import (
	"slices"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
)

// TestListsCutOff cuts repair --lists off at a call. Each list is as it was lost or as it was
// last seen, with its default, and never anything between; recover goes on, or there is
// nothing to go on with and repair --lists does all of it. No other calls are made than
// those that are named here, and export comes before import.
func TestListsCutOff(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		if way.wiped || way.name == "gobgpd is stopped" { // what gobgpd loads then is its file's
			continue
		}
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t)
			w := x.world
			w.put("a")
			seen := w.lists()
			x.loseLists()
			lost := w.lists()
			x.proxy.arm(fault{})
			w.on("repair", "--lists", "--yes").exits(0)
			calls := x.proxy.written()
			x.inOrder(t, calls)
			at := []int{1, 2, 5, len(calls) - 2, len(calls)}
			if *everyCall {
				at = nil
				for k := range len(calls) {
					at = append(at, k+1)
				}
			}
			for _, k := range at {
				x.loseLists()
				way.arm(x, k)
				r := w.start("repair", "--lists", "--yes", "--target", w.target, "--timeout", "3s")
				x.apply <- r
				got := r.wait()
				select {
				case <-x.apply: // nobody has killed it
				default:
				}
				x.proxy.arm(fault{})
				way.mend(x)
				if !slices.Contains(way.codes, got.code) {
					t.Errorf("exit code %d, want one of %d\n%s%s", got.code, way.codes, got.stdout, got.stderr)
				}
				for _, line := range w.lists() {
					if !slices.Contains(seen, line) && !slices.Contains(lost, line) {
						t.Errorf("a list is neither as it was nor as it was lost: %s", line)
					}
				}
				w.on("recover", "--yes").exits(0)
				w.on("repair", "--lists", "--yes").exits(0)
				if now := w.lists(); !slices.Equal(now, seen) {
					t.Errorf("lists are\n%s\nand were\n%s", strings.Join(now, "\n"), strings.Join(seen, "\n"))
				}
				w.on("status", "a.yaml").exits(0)
				if t.Failed() {
					t.Fatalf("at call %d of %q", k, calls)
				}
			}
			w.holds(outcomes["a"])
		})
	}
}

// loseLists leaves clients' lists as a reload does that defines again what the last one had
// not.
func (x *trial) loseLists() {
	w := x.world
	w.t.Helper()
	for _, m := range w.Members {
		for _, direction := range []api.PolicyDirection{api.PolicyDirection_IMPORT, api.PolicyDirection_EXPORT} {
			_, err := w.Daemon.API().SetPolicyAssignment(w.t.Context(),
				&api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{
					Name: m.Address.String(), Direction: direction, DefaultAction: api.RouteAction_ACCEPT,
				}})
			if err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

// inOrder fails the test unless the calls are a lock, an assignment for each list, a reset in
// and out for each client, and the lock's end; and all lists of export come before those of
// import, by the journal.
func (x *trial) inOrder(t *testing.T, calls []string) {
	t.Helper()
	n := len(x.world.Members)
	want := slices.Concat([]string{"AddPolicy"}, slices.Repeat([]string{"SetPolicyAssignment"}, 2*n),
		slices.Repeat([]string{"ResetPeer"}, 2*n), []string{"DeletePolicy"})
	if !slices.Equal(calls, want) {
		t.Errorf("calls are %q, and not %q", calls, want)
	}
	var history struct{ Changes []struct{ ID string } }
	x.world.on("history", "--json").exits(0).reads(&history)
	_, events, _ := strings.Cut(x.world.depeer("show", history.Changes[len(history.Changes)-1].ID).exits(0).stdout,
		"repair by ")
	imports, exports := strings.Index(events, "assign policies: import of "),
		strings.LastIndex(events, "assign policies: export of ")
	if imports < 0 || exports < 0 || imports < exports {
		t.Errorf("an export list is put back behind one of import:\n%s", events)
	}
}
