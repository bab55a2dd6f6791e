package faults_test

import (
	"net/netip"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// vetoes is a list by prefix and one by ASN, and a provider that nobody announces.
const vetoes = `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Hoster, prefixes: [20.1.0.0/16]}
  - {name: Origin, asns: [64999], allow_reserved: true}
  - {name: Other, prefixes: [23.0.0.0/16]}
`

// vetoed has two routes of twenty refused, of two members with ten each: just the limit.
func vetoed(t *testing.T) *world {
	member := func(asn filters.ASN, announce ...testbed.Announcement) testbed.MemberConfig {
		return testbed.MemberConfig{ASN: asn, Announce: announce, Import: []string{policies.ImportPolicy, "in"},
			Export: []string{policies.ExportPolicy, "out"}}
	}
	var first, second []string
	for i := range 10 {
		if i < 8 {
			first = append(first, netip.PrefixFrom(netip.AddrFrom4([4]byte{21, byte(i), 0, 0}), 16).String())
		}
		second = append(second, netip.PrefixFrom(netip.AddrFrom4([4]byte{22, byte(i), 0, 0}), 16).String())
	}
	w := newWorld(t, testbed.Config{Policy: anchored + theirs, Members: []testbed.MemberConfig{
		member(64496, append(testbed.Announce(append(first, "20.1.0.0/24")...), from("20.9.0.0/16", 64999))...),
		member(64497, testbed.Announce(second...)...),
	}})
	w.limit("10%", "20%")
	w.replace("ours.yaml", vetoes)
	return w
}

// limit writes an exchange file with these limits on routes.
func (w *world) limit(all, member string) {
	w.t.Helper()
	limits := "max_routes: " + all + ", max_member_routes: " + member
	w.write("depeer.yaml", strings.Replace(watched, "max_routes: 100%, max_member_routes: 100%", limits, 1))
}

// announces has a member announce, and the route server know it.
func (w *world) announces(member int, what ...testbed.Announcement) (back func()) {
	w.t.Helper()
	w.Members[member].Announce(what...)
	w.Settle()
	return func() {
		w.t.Helper()
		for _, a := range what {
			w.Members[member].Withdraw(a.Prefix)
		}
		w.Settle()
	}
}

// more is what listed networks can announce of what was counted: more specifics of a listed
// prefix, and any prefix with a listed origin.
func more() []testbed.Announcement {
	return append(testbed.Announce("20.1.0.0/25", "20.1.0.128/25"), from("20.10.0.0/16", 64999),
		from("2a00:9::/32", 64999))
}

// Row 58: between plan and apply a listed network announces more specifics, or, listed by
// ASN, other prefixes: it is no veto. What another member announces, what is of another
// provider, and what is not inside what was counted, is guarded.
func TestNoVeto(t *testing.T) {
	t.Parallel()
	w := vetoed(t)
	w.on("plan", "-o", "veto.plan").exits(0).says("2 of 20 refused")
	before := dumpOf(t, w.Daemon)
	for name, guarded := range map[string]struct {
		member int
		what   testbed.Announcement
	}{
		"another member":            {1, testbed.Announce("20.1.0.0/25")[0]},
		"another member's ASN":      {1, from("20.9.0.0/16", 64999)},
		"another provider":          {0, testbed.Announce("23.0.0.0/16")[0]},
		"of the entry, not counted": {0, testbed.Announce("20.1.1.0/24")[0]},
	} {
		back := w.announces(guarded.member, guarded.what)
		if r := w.depeer("apply", "veto.plan", "--yes"); r.code != 4 {
			t.Fatalf("%s: exit code %d, want 4\n%s%s", name, r.code, r.stdout, r.stderr)
		} else {
			r.says("at most 2 were allowed, 3 now")
		}
		back()
	}
	before.is(t, w.Daemon)
	w.announces(0, more()...)
	w.depeer("apply", "veto.plan", "--yes").exits(0).says("verified", "6 refused")
	w.on("status").exits(0)
}

// Nor has it one in watch, nor in later plans: what is refused already, and is more of what
// was counted, does not count again when another provider comes, however often it
// changes. More than the limit of what is new waits for a person.
func TestNoVetoInWatch(t *testing.T) {
	t.Parallel()
	w := vetoed(t)
	r := w.watchOn()
	r.says(0, "state=in-sync")
	w.announces(0, more()...)
	w.limit("15%", "30%")
	at := r.mark()
	w.replace("ours.yaml", vetoes+"  - {name: Third, prefixes: [21.0.0.0/16]}\n")
	r.says(at, "msg=applied")
	r.says(at, "state=in-sync")

	w.Members[0].Withdraw(netip.MustParsePrefix("20.1.0.0/24")) // and what is left is inside it
	w.announces(0, append(testbed.Announce("20.1.0.64/26", "20.1.0.192/26"), from("20.11.0.0/16", 64999))...)
	at = r.mark()
	w.replace("ours.yaml", vetoes+"  - {name: Third, prefixes: [21.1.0.0/16]}\n")
	r.says(at, "msg=applied")
	r.says(at, "state=in-sync")
	w.on("plan").exits(0).says("more of what was counted before")

	at = r.mark() // four that count, of twenty
	w.replace("ours.yaml", vetoes+"  - {name: Third, prefixes: [21.1.0.0/16, 21.2.0.0/16]}\n")
	r.says(at, "guard refuses", "guard-max-routes", "value=4")
	r.says(at, "state=refused")
	r.ends()
}
