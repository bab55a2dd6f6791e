package impact_test

import (
	"errors"
	"net/netip"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// deprefers is a policy that gives local-pref 50 to these ASNs' routes.
func deprefers(localPref uint32, asns ...filters.ASN) (*filters.Compiled, *policies.RoutingPolicy) {
	l := &filters.Listing{Name: "ours", Treatment: "deprefer"}
	for _, asn := range asns {
		l.Providers = append(l.Providers, filters.Provider{ID: "as" + asn.String(), Name: "AS" + asn.String(),
			ASNs: []filters.ASMatch{{ASN: asn, Where: filters.Origin}}})
	}
	c, _ := filters.Compile([]*filters.Listing{l}, filters.Rules{At: day, Treatments: []string{"deprefer"}})
	return c, build.Policy(c, []policies.Treatment{{Name: "deprefer", LocalPref: localPref}}, 64500)
}

// What stands in an Adj-RIB-In as the policy in force, the one that is planned, or one
// before them leaves it is counted for its member, each prefix once; of a dump, nothing is.
func TestPolluted(t *testing.T) {
	t.Parallel()
	_, past := deprefers(70, 1)
	_, old := deprefers(50, 2, 3)
	lists, planned := deprefers(60, 3, 4)
	members := []rib.Peer{{Address: netip.MustParseAddr("192.0.2.1"), ASN: 64496},
		{Address: netip.MustParseAddr("192.0.2.2"), ASN: 64497}}
	var paths []*rib.Path
	announce := func(member, n int, origin filters.ASN, localPref uint32) {
		p := &rib.Path{PeerASN: members[member].ASN, ID: uint32(len(paths)),
			ASPath: rib.Sequence(members[member].ASN, origin)}
		p.Route = policies.Route{Prefix: numbered(n), Peer: members[member].Address, Path: p.ASPath.Append(nil),
			LocalPref: localPref}
		paths = append(paths, p)
	}
	announce(0, 0, 1, 70) // treated by what was before
	announce(0, 1, 2, 50) // by what is in force
	announce(0, 1, 2, 50) // several paths to one prefix
	announce(0, 2, 3, 60) // by what is planned
	announce(0, 3, 1, 50) // with what another one's routes get
	announce(0, 4, 5, 50) // not treated at all
	announce(1, 5, 3, 50) // by what is in force, and treated otherwise
	announce(1, 6, 4, 0)

	q := impact.Question{Lists: lists, Old: old, New: planned, Past: []*policies.RoutingPolicy{past}, Live: true}
	for _, p := range members {
		q.Members = append(q.Members, impact.Session{Peer: p, Up: true, Anchored: true, IPv4: true, IPv6: true})
	}
	want := []impact.Polluted{{Address: members[0].Address, ASN: 64496, Prefixes: 3},
		{Address: members[1].Address, ASN: 64497, Prefixes: 1}}
	addresses := gocmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	report, err := impact.Assess(q, source(paths))
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(want, report.Polluted, addresses); d != "" {
		t.Errorf("assessed (-want +got):\n%s", d)
	}
	got, err := impact.FindPolluted(impact.FindLeaving(past, old, planned), source(paths))
	if err != nil {
		t.Fatal(err)
	}
	if d := gocmp.Diff(want, got, addresses); d != "" {
		t.Errorf("looked for alone (-want +got):\n%s", d)
	}
	e, err := impact.Explain(q, impact.Subject{Prefix: numbered(0)}, source(paths))
	if err != nil {
		t.Fatal(err)
	}
	if len(e.AnnouncedBy) != 1 || !e.AnnouncedBy[0].Polluted {
		t.Errorf("explained: %+v", e.AnnouncedBy)
	}
	q.Live = false
	if report, err = impact.Assess(q, source(paths)); err != nil || report.Polluted == nil || len(report.Polluted) > 0 {
		t.Errorf("of a dump: %v, %v", report.Polluted, err)
	}
}

// Policies that only refuse leave nothing, and routes are not asked for.
func TestPollutingAsksForNothingInVain(t *testing.T) {
	t.Parallel()
	refusing := build.Policy(question(filters.Provider{ID: "p", Name: "P",
		ASNs: []filters.ASMatch{{ASN: 1, Where: filters.Origin}}}).Lists, treatments, 64500)
	source := func(yield func(*rib.Path, error) bool) { yield(nil, errors.New("asked for")) }
	if by := impact.FindLeaving(refusing, &policies.RoutingPolicy{}); len(by) > 0 {
		t.Errorf("%d leave something", len(by))
	}
	if got, err := impact.FindPolluted(nil, source); err != nil || got == nil || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
	_, some := deprefers(50, 1)
	if _, err := impact.FindPolluted(impact.FindLeaving(some), source); err == nil {
		t.Error("an error of the source is lost")
	}
}
