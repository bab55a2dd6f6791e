package exchange_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
)

// facts are those of a target rs1, AS64500, with a client of AS64496, one of AS64497 over
// IPv6, one of AS64498 that is spelt as IPv4 in IPv6, one whose ASN is not known yet, and
// a neighbor of AS64499 that is no client.
func facts() exchange.Facts {
	peer := func(address string, asn filters.ASN, client bool) exchange.Peer {
		return exchange.Peer{Address: netip.MustParseAddr(address), ASN: asn, Client: client}
	}
	return exchange.Facts{Name: "rs1", ASN: 64500, Peers: []exchange.Peer{
		peer("2001:db8::11", 64497, true), peer("20.1.0.12", 64496, true), peer("::ffff:20.1.0.11", 64498, true),
		peer("20.1.0.13", 0, true), peer("20.1.0.99", 64499, false),
	}}
}

// TestGuardFacts is row 57 of FAULTS.md: what a target knows is guarded like what the
// exchange file says.
func TestGuardFacts(t *testing.T) {
	const wide = ", wide: true}, or wide: true in that member's entry of members, if it peers from its own space) " +
		"[guard-own-space]"
	mapped := facts()
	mapped.ASN, mapped.Name = 150528, "127.0.0.1:50051"
	for _, test := range []struct {
		name    string
		file    string
		facts   exchange.Facts
		entries []string
		want    []string
	}{
		{"own ASN of a target that the file does not name", "exchange: {asn: 64500}\n", mapped,
			[]string{"AS150528", "AS64500", "AS64501"}, []string{
				"list.yaml:10:9: error: AS150528 is 127.0.0.1:50051's own (hint: nothing passes this guard) " +
					"[guard-own-asn]",
				"list.yaml:11:9: error: AS64500 is the exchange's own, at depeer.yaml:2:17 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
			}},
		{"own ASNs of all targets", "exchange: {asn: 64500}\ntargets:\n  - {name: rs1, address: 'rs1:1', asn: " +
			"64501}\n  - {name: rs2, address: 'rs2:1', asn: 64502}\n", facts(),
			[]string{"AS64501", "AS64502 path wide"}, []string{
				"list.yaml:10:9: error: AS64501 is target rs1's own, at depeer.yaml:4:40 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
				"list.yaml:11:9: error: AS64502 is target rs2's own, at depeer.yaml:5:40 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
			}},
		{"clients' ASNs in paths", "", facts(),
			[]string{"AS64496 path", "AS64499 path", "AS64496", "AS64497 neighbor", "AS64498 path wide"}, []string{
				"list.yaml:10:9: error: match: path on AS64496, a member with a session at rs1: it would take all that " +
					"is behind it (hint: match: origin; or {asn: 64496, match: path, wide: true}, if it is meant) " +
					"[guard-path-match]",
			}},
		{"a member of the file and of the target", "members: [{asn: 64496, addresses: [20.1.0.12]}]\n", facts(),
			[]string{"AS64496 path"}, []string{
				"list.yaml:10:9: error: match: path on AS64496, a member, at depeer.yaml:2:11: it would take all that " +
					"is behind it (hint: match: origin; or {asn: 64496, match: path, wide: true}, if it is meant) " +
					"[guard-path-match]",
			}},
		{"clients' addresses", "", facts(), []string{"20.1.0.11/32", "20.1.0.0/24", "20.1.0.10/32", "20.1.0.14/31",
			"20.1.0.99/32", "20.2.0.0/16", "2001:db8::/32", "2001:db9::/32"}, []string{
			`list.yaml:10:9: error: 20.1.0.11/32 covers the address of a session at rs1: 20.1.0.11 of AS64498 (hint: {prefix: "20.1.0.11/32"` + wide,
			`list.yaml:11:9: error: 20.1.0.0/24 covers the address of a session at rs1: 20.1.0.11 of AS64498, 20.1.0.12 of AS64496, 20.1.0.13 (hint: {prefix: "20.1.0.0/24"` + wide,
			`list.yaml:16:9: error: 2001:db8::/32 covers the address of a session at rs1: 2001:db8::11 of AS64497 (hint: {prefix: "2001:db8::/32"` + wide,
		}},
		{"an entry that is wide", "", facts(), []string{"20.1.0.0/24 wide"}, nil},
		{"a peering LAN, which wide does not pass", "exchange: {peering_lans: [20.1.0.0/25]}\n", facts(),
			[]string{"20.1.0.0/24 wide", "20.1.0.11/32"}, []string{
				"list.yaml:10:9: error: 20.1.0.0/24 lies around the exchange's own peering LAN 20.1.0.0/25 at " +
					"depeer.yaml:2:27 (hint: nothing passes this guard) [guard-own-space]",
				"list.yaml:11:9: error: 20.1.0.11/32 lies inside the exchange's own peering LAN 20.1.0.0/25 at " +
					"depeer.yaml:2:27 (hint: nothing passes this guard) [guard-own-space]",
			}},
		{
			"members that are wide", "members:\n  - {asn: 64498, addresses: [20.1.0.11], wide: true}\n  - {asn: " +
				"64499, addresses: [20.1.0.13], wide: true}\n  - {asn: 64495, addresses: [20.1.0.12], wide: true}\n",
			facts(),
			[]string{"20.1.0.11/32", "20.1.0.13/32", "20.1.0.12/32"},
			[]string{`list.yaml:12:9: error: 20.1.0.12/32 covers the address of a session at rs1: 20.1.0.12 of AS64496 (hint: {prefix: "20.1.0.12/32"` + wide},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := read(t, test.file)
			l := listing(t, test.entries...)
			check(t, test.want, x.WithFacts(test.facts).Guard([]*filters.Listing{l}, compiled(filters.InForce, l)))
		})
	}
}

// TestMisfits is row 57 of FAULTS.md: exchange file and target differ on an ASN or an
// address.
func TestMisfits(t *testing.T) {
	other := facts()
	other.ASN = 150528
	rs2 := other
	rs2.Name = "rs2"
	targets := "targets:\n  - {name: rs1, address: 'rs1:1', asn: 150528}\n  - {name: rs2, address: 'rs2:1'}\n"
	for _, test := range []struct {
		name  string
		file  string
		facts exchange.Facts
		want  []string
	}{
		{"nothing is said", "", facts(), nil},
		{"the same ASN", "exchange: {asn: 64500}\n", facts(), nil},
		{"no ASN of the exchange", "exchange: {name: IX}\n", other, nil},
		{"another ASN", "exchange: {asn: 64500}\n", other, []string{
			"depeer.yaml:2:17: error: the exchange is AS64500, and rs1 is AS150528 (hint: asn: 150528 in the entry " +
				"of that target under targets, if that is meant) [target-asn]",
		}},
		{"the target's ASN", "exchange: {asn: 64500}\n" + targets, other, nil},
		{"the target's ASN, and none of the exchange", targets, other, nil},
		{"another than the target's", "exchange: {asn: 64500}\n" + targets, facts(), []string{
			"depeer.yaml:4:40: error: target rs1 is said to be AS150528, and is AS64500 (hint: asn: 64500, or the " +
				"address of the right one) [target-asn]",
		}},
		{"another target's", "exchange: {asn: 64500}\n" + targets, rs2, []string{
			"depeer.yaml:2:17: error: the exchange is AS64500, and rs2 is AS150528 (hint: asn: 150528 in the entry " +
				"of that target under targets, if that is meant) [target-asn]",
		}},
		{"members as they are", "members:\n  - {asn: 64496, addresses: [20.1.0.12]}\n  - {asn: 64498, addresses: " +
			"[20.1.0.11]}\n  - {asn: 64490, addresses: [20.1.0.13, 20.1.0.14]}\n", facts(), nil},
		{"an address of another network", "members:\n  - {asn: 65009, addresses: [20.1.0.14, 20.1.0.12]}\n", facts(),
			[]string{
				"depeer.yaml:3:5: warning: 20.1.0.12 is said to be of AS65009, and is of AS64496 at rs1 (hint: the " +
					"right asn, or the right address) [member-asn]",
			}},
		{"and choices", "members:\n  - {asn: 65009, addresses: [20.1.0.11], choices: {ours: refuse}}\n", facts(),
			[]string{
				"depeer.yaml:3:5: error: 20.1.0.11 is said to be of AS65009, and is of AS64498 at rs1: what AS65009 has " +
					"chosen would be done to AS64498 (hint: the right asn, or the right address) [member-asn]",
			}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, d := range read(t, test.file).WithFacts(test.facts).Misfits() {
				got = append(got, d.String())
				if d.Severity == diag.Error {
					t.Errorf("%v: what a file says of a target is no invalid input", d)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// WithFacts leaves the exchange as it is, and what is known of one target is not known of
// the next one.
func TestTowards(t *testing.T) {
	x := read(t, "exchange: {name: IX}\n")
	first, second := facts(), facts()
	second.ASN, second.Peers = 64501, nil
	a, b := x.WithFacts(first), x.WithFacts(second)
	if a.ASN != 64500 || b.ASN != 64501 || x.ASN != 0 || len(x.Misfits()) != 0 {
		t.Errorf("ASNs %v, %v, %v", a.ASN, b.ASN, x.ASN)
	}
	l := listing(t, "20.1.0.11/32", "AS64496 path")
	c := compiled(filters.InForce, l)
	for i, test := range []struct {
		x    *exchange.Exchange
		want int
	}{{a, 2}, {b, 0}, {x, 0}, {b.WithFacts(first), 2}, {a.WithFacts(second), 0}} {
		if got := len(test.x.Guard([]*filters.Listing{l}, c)); got != test.want {
			t.Errorf("%d: %d refused, want %d", i, got, test.want)
		}
	}
	if !first.Equal(facts()) || first.Equal(second) {
		t.Error("Equal")
	}
}

// Guards on what a target knows cost little: a list of 100,000 entries at a target with a
// thousand clients.
func BenchmarkGuardFacts(b *testing.B) {
	f := exchange.Facts{Name: "rs1", ASN: 64500}
	for i := range 1000 {
		f.Peers = append(f.Peers, exchange.Peer{Address: netip.AddrFrom4([4]byte{203, 0, byte(i >> 8), byte(i)}),
			ASN: filters.ASN(64496 + i), Client: true})
	}
	x, diags := exchange.Read("depeer.yaml", []byte("version: 1\n"+ix))
	if x == nil {
		b.Fatal(diags)
	}
	x = x.WithFacts(f)
	l := listing(b, slash24s(100_000)...)
	c := compiled(filters.InForce, l)
	for b.Loop() {
		if refused := x.Guard([]*filters.Listing{l}, c); len(refused) != 0 {
			b.Fatal(fmt.Sprint(refused[0]))
		}
	}
	b.ReportMetric(float64(len(f.Peers)), "clients")
}
