package faults_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// unchanged runs do, and checks that the daemon has what it had.
func (w *world) unchanged(do func()) {
	w.t.Helper()
	before := dumpOf(w.t, w.Daemon)
	do()
	if diff := cmp.Diff(before, dumpOf(w.t, w.Daemon)); diff != "" {
		w.t.Errorf("the daemon's policy was changed (-before +now):\n%s", diff)
	}
}

// Row 23: without the definitions nothing is written, and what to paste is said. A
// client that lacks only the place in its lists gets it, as a step of the plan, in
// front of what it had.
func TestNotAnchored(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Policy = theirs
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = []string{"in"}, []string{"out"}
	}
	w := newWorld(t, c)
	w.unchanged(func() {
		w.on("plan", "a.yaml", "-o", "a.plan").exits(5).says(anchored)
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"not-anchored"`, `[[policy-definitions]]`)
		w.depeer("apply", "a.plan", "--yes").exits(3)
	})
	w.on("status", "a.yaml").exits(2).says("policy depeer is not defined")

	w.Daemon.Write([]byte(anchored + string(w.Daemon.Config())))
	w.Daemon.Reload()
	w.holds(outcomes[""])
	var plan struct {
		Target struct{ Unanchored []string }
	}
	w.on("plan", "a.yaml", "-o", "a.plan", "--json").exits(0).reads(&plan)
	if len(plan.Target.Unanchored) != 3 {
		t.Errorf("unanchored: %q", plan.Target.Unanchored)
	}
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.holds(outcomes["a"])
	got := dumpOf(t, w.Daemon).operators()
	for _, m := range w.Members {
		for _, want := range []string{
			`IMPORT of ` + m.Address.String() + ` ["depeer" "in"] default ACCEPT`,
			`EXPORT of ` + m.Address.String() + ` ["depeer-export" "out"] default ACCEPT`,
		} {
			if !slices.Contains(got, want) {
				t.Errorf("no %s in\n%q", want, got)
			}
		}
	}
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
}

// Row 23: a dynamic neighbor has its lists from its peer group. One whose group does
// not have ours is named, and nothing is written.
func TestDynamicNeighbor(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members = c.Members[:1]
	c.Edit = func(file []byte) []byte {
		return append(file, []byte(`
[[peer-groups]]
config = {peer-group-name = "guests", peer-as = 64499}
route-server.config = {route-server-client = true}
transport.config = {passive-mode = true}
[[peer-groups.afi-safis]]
config.afi-safi-name = "ipv4-unicast"
[[dynamic-neighbors]]
config = {prefix = "127.0.0.0/8", peer-group = "guests"}
`)...)
	}
	w := newWorld(t, c)
	guest := testbed.Speak(t, w.Daemon, w.Daemon.Site.Member(100), 64499)
	w.unchanged(func() {
		w.on("plan", "a.yaml", "-o", "a.plan").exits(5).says(guest.Address.String(), "peer group")
	})
}

// Row 24: the operator's accept-all stands before ours.
func TestDecidesBefore(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members[1].Import = []string{"in", policies.ImportPolicy}
	w := newWorld(t, c)
	w.unchanged(func() {
		w.on("plan", "a.yaml", "-o", "a.plan").exits(5).says("[in depeer]", w.Members[1].Address.String())
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"decides-before"`)
	})
	w.on("status", "a.yaml").exits(2).says("may accept before")
}

// Row 26: what has our names and is not ours is named, and refused unless it is
// taken over; then the list is in force, and nothing else has our names.
func TestNotOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	clean := dumpOf(t, w.Daemon)
	for _, foreign := range []struct {
		name string
		make func()
	}{
		{"a set of somebody's, which nothing uses", func() {
			w.add(t, &api.DefinedSet{DefinedType: api.DefinedType_PREFIX, Name: "depeer/mine",
				Prefixes: []*api.Prefix{{IpPrefix: "20.9.0.0/16", MaskLengthMin: 16, MaskLengthMax: 16}}})
		}},
		{"an entry that was added to a set of ours", func() {
			w.add(t, &api.DefinedSet{DefinedType: api.DefinedType_PREFIX, Name: w.prefixSet(t),
				Prefixes: []*api.Prefix{{IpPrefix: "20.9.0.0/16", MaskLengthMin: 16, MaskLengthMax: 16}}})
		}},
		{"a statement of somebody's in our policy", func() {
			_, err := w.Daemon.API().AddPolicy(t.Context(),
				&api.AddPolicyRequest{Policy: &api.Policy{Name: policies.ImportPolicy, Statements: []*api.Statement{{
					Name: "mine", Conditions: &api.Conditions{},
					Actions: &api.Actions{LocalPref: &api.LocalPrefAction{Value: 77}},
				}}}})
			if err != nil {
				t.Fatal(err)
			}
		}},
	} {
		foreign.make()
		w.unchanged(func() {
			w.on("plan", "a.yaml", "-o", "no.plan").exits(6).says("--take-over")
			w.on("plan", "a.yaml", "--json").exits(6).says(`"code":"changed-by-hand"`)
			w.on("rollback", "--yes").exits(6)
		})
		w.on("status", "a.yaml").exits(2)
		w.on("plan", "a.yaml", "-o", "over.plan", "--take-over").exits(0)
		w.depeer("apply", "over.plan", "--yes").exits(0)
		w.holds(outcomes["a"])
		clean.is(t, w.Daemon)
		w.depeer("apply", "over.plan", "--yes").exits(0).says("nothing to do")
		w.on("status", "a.yaml").exits(0)
		if t.Failed() {
			t.Fatalf("after %s", foreign.name)
		}
	}
}

func (w *world) add(t testing.TB, set *api.DefinedSet) {
	t.Helper()
	if _, err := w.Daemon.API().AddDefinedSet(t.Context(), &api.AddDefinedSetRequest{DefinedSet: set}); err != nil {
		t.Fatal(err)
	}
}

// prefixSet returns the name of a prefix-set of ours.
func (w *world) prefixSet(t testing.TB) string {
	t.Helper()
	sets, err := w.Daemon.API().ListDefinedSet(t.Context(),
		&api.ListDefinedSetRequest{DefinedType: api.DefinedType_PREFIX})
	for _, a := range all(t, sets, err) {
		if a.DefinedSet.Name != "bogons" {
			return a.DefinedSet.Name
		}
	}
	t.Fatal("no prefix-set of ours")
	return ""
}
