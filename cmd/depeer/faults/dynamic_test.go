package faults_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"depeer/policies/lab/testbed"
)

// guests is the part of a file that takes the first member in as a dynamic neighbor, by a peer
// group with these lists.
func guests(imports, exports string) string {
	return `
[[peer-groups]]
config = {peer-group-name = "guests", peer-as = 64496}
route-server.config = {route-server-client = true}
transport.config = {passive-mode = true}
apply-policy.config = {import-policy-list = [` + imports + `], export-policy-list = [` + exports +
		`], default-import-policy = "accept-route", default-export-policy = "accept-route"}
[[peer-groups.afi-safis]]
config.afi-safi-name = "ipv4-unicast"
[[peer-groups.afi-safis]]
config.afi-safi-name = "ipv6-unicast"
[[dynamic-neighbors]]
config = {prefix = "127.0.0.0/8", peer-group = "guests"}
`
}

// withGuests is an exchange whose first member, the one that announces what is listed, is a
// dynamic neighbor of group "guests".
func withGuests(imports, exports string) testbed.Config {
	c := exchange()
	c.Members[0].Dynamic = true
	c.Edit = func(file []byte) []byte { return append(file, guests(imports, exports)...) }
	return c
}

// bounce has a member end its session, and begin a new one.
func (w *world) bounce(i int) {
	w.t.Helper()
	m := w.Members[i]
	m.Leave()
	m.WaitDown()
	m.Return()
	m.WaitEstablished()
}

// listsOf returns the lines of a dump about a member's lists.
func (w *world) listsOf(i int) []string {
	w.t.Helper()
	return slices.DeleteFunc(dumpOf(w.t, w.Daemon), func(line string) bool {
		return !strings.HasPrefix(line, "IMPORT of "+w.Members[i].Address.String()+" ") &&
			!strings.HasPrefix(line, "EXPORT of "+w.Members[i].Address.String()+" ")
	})
}

// Row 52, situation 22: clear takes our names out of the lists of dynamic neighbors, too, and
// plan, apply and rollback put them back into live sessions, in the place that their group
// gives them. A session that comes up anew takes them from its group, and nothing changes.
func TestDynamicNeighborsAfterClear(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withGuests(`"depeer", "in"`, `"depeer-export", "out"`))
	guest := w.Members[0].Address.String()
	with := []string{`EXPORT of ` + guest + ` ["depeer-export" "out"] default ACCEPT`,
		`IMPORT of ` + guest + ` ["depeer" "in"] default ACCEPT`}
	without := []string{`EXPORT of ` + guest + ` ["out"] default ACCEPT`,
		`IMPORT of ` + guest + ` ["in"] default ACCEPT`}
	lists := func(want []string) {
		t.Helper()
		if got := w.listsOf(0); !slices.Equal(got, want) {
			t.Errorf("lists %q, want %q", got, want)
		}
	}
	w.put("a")
	w.on("clear", "--yes").exits(0).says("peer group guests", "have it again")
	w.holds(outcomes[""])
	lists(without)
	w.on("status").exits(0)

	w.on("plan", "a.yaml").exits(0)
	w.put("a")
	lists(with)
	w.on("status", "a.yaml").exits(0)

	w.on("clear", "--yes").exits(0)
	w.on("rollback", "--yes").exits(0) // of the clear
	w.holds(outcomes["a"])
	lists(with)

	w.on("clear", "--yes").exits(0)
	w.bounce(0)
	w.holds(outcomes[""])
	lists(with)
	w.on("status").exits(0)
	w.put("b")
	w.bounce(0)
	w.holds(outcomes["b"])
	lists(with)
	w.on("status", "b.yaml").exits(0)
}

// Row 52: a group that does not list ours is named, with the list that it should have, the
// operator's own policies kept. Once the file is edited and reloaded, plan gives ours to live
// sessions; none has to be bounced.
func TestDynamicNeighborsOfAnEditedGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withGuests(`"in"`, `"out"`))
	guest := w.Members[0].Address.String()
	w.unchanged(func() {
		w.on("plan", "a.yaml", "-o", "a.plan").exits(5).says(guest, "peer group guests",
			`import-policy-list = ["depeer", "in"]`)
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"not-anchored"`)
	})
	w.on("status", "a.yaml").exits(2).says("guests")

	w.Daemon.Write(bytes.Replace(w.Daemon.Config(), []byte(guests(`"in"`, `"out"`)),
		[]byte(guests(`"depeer", "in"`, `"depeer-export", "out"`)), 1))
	w.Daemon.Reload()
	w.put("a")
	w.bounce(0)
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)

	// The other way round: the session has ours, and the next one will not.
	w.Daemon.Write(bytes.Replace(w.Daemon.Config(), []byte(guests(`"depeer", "in"`, `"depeer-export", "out"`)),
		[]byte(guests(`"in"`, `"out"`)), 1))
	w.Daemon.Reload()
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(2).says("guests", "when its session comes up")
	w.on("clear", "--yes").exits(0)
	w.holds(outcomes[""])
}

// A dynamic neighbor that leaves while its place is being given to it stops nothing.
func TestDynamicNeighborLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withGuests(`"depeer", "in"`, `"depeer-export", "out"`))
	w.on("clear", "--yes").exits(0)
	w.put("b")
	w.on("clear", "--yes").exits(0)
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	reached, release := p.pause(2) // the lock, and then
	r := w.start("apply", "a.plan", "--yes")
	<-reached
	w.Members[0].Leave()
	w.Members[0].WaitDown()
	release()
	r.wait().exits(0)
	w.Members[0].Return()
	w.Members[0].WaitEstablished()
	w.holds(outcomes["a"])
}
