package plan_test

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/plan"
)

// clearedAfter returns the clients without our policies in their lists.
func clearedAfter(clients []plan.Client) []plan.Client {
	out := slices.Clone(clients)
	ours := func(name string) bool { return name == policies.ImportPolicy || name == policies.ExportPolicy }
	for i, c := range out {
		out[i].Import.Policies = slices.DeleteFunc(slices.Clone(c.Import.Policies), ours)
		out[i].Export.Policies = slices.DeleteFunc(slices.Clone(c.Export.Policies), ours)
	}
	return out
}

func TestClearTakesEverythingOut(t *testing.T) {
	nothing := &policies.RoutingPolicy{}
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		s := state(m)
		change := plan.Clear(s, "clear")
		cutEverywhere(t, c, m, change, meant(clearedAfter(s.Clients), nothing))
		clean(t, m, nothing)
		after := state(m)
		for _, client := range after.Clients {
			if slices.Contains(client.Import.Policies, policies.ImportPolicy) || slices.Contains(client.Export.Policies, policies.ExportPolicy) {
				t.Fatalf("client %s still has ours: %v %v", client.Address, client.Import, client.Export)
			}
		}
		if len(after.Applied) != 0 {
			t.Fatalf("marks are left: %v", after.Applied)
		}
		if again := plan.Clear(after, "again"); !again.Empty() {
			t.Fatalf("the second time there is still to do: %v", again.Calls())
		}
		m.Load(nil) // the operator takes the definitions out
		among(t, m, now(m), meant(clearedAfter(s.Clients), nothing), meant(clearedAfter(s.Clients), nothing), func(netip.Addr) bool { return true }, "definitions gone")
	})
}
