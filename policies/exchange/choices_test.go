package exchange_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	listings "depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/build"
)

// A choice is about all that is in force of a list, whatever the exchange does about it: not
// about what it excepts or protects, what has expired, and ladders that have not begun.
func TestChoices(t *testing.T) {
	ex := read(t, `
exchange: {asn: 64500}
except: [{list: ours, provider: spared}]
ladders: [{name: slow, steps: [{after: 0d, treatment: tag}, {after: 400d, treatment: depeer}]}, {name: late, steps: [{after: 60d, treatment: tag}]}]
protect: {prefixes: [198.51.100.128/25]}
members:
  - {asn: 64496, addresses: [203.0.113.11, "2001:db9:1::11"], choices: {ours: refuse, other: tag}}
  - {asn: 64497, addresses: [203.0.113.12]}
  - {asn: 64498, addresses: [203.0.113.13], choices: {ours: deprefer}}
`)
	read := func(name, text string) *filters.Listing {
		l, diags := listings.Read(name, []byte("version: 1\nlist: {name: "+name+"}\nproviders:\n"+text))
		if l == nil {
			t.Fatal(diags)
		}
		return l
	}
	lists := []*filters.Listing{
		read("ours", `
  - {name: A, treatment: depeer, prefixes: [8.8.8.0/24]}
  - {name: B, treatment: slow, listed: 2026-01-01, asns: [400000]}
  - {name: C, treatment: tag, prefixes: [8.8.9.0/24], expires: 2026-01-31}
  - {name: Spared, treatment: tag, prefixes: [9.9.9.0/24]}
  - {name: Soon, treatment: late, listed: 2026-01-15, prefixes: [9.9.10.0/24]}
  - {name: D, treatment: deprefer, prefixes: [198.51.100.0/24], allow_reserved: true}
`),
		read("quiet", "  - {name: A, treatment: tag, prefixes: [8.8.4.0/24]}\n"),
	}
	compiled, diags := filters.Compile(lists, ex.Rules(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)))
	if compiled == nil {
		t.Fatal(diags)
	}
	got := ex.Choices(compiled)
	address := netip.MustParseAddr
	want := build.Choices{
		Members: []build.Chooser{
			{Addresses: []netip.Addr{address("203.0.113.11"), address("2001:db9:1::11")},
				Policies: map[string]policies.MemberPolicy{"ours": policies.Refuse, "other": policies.Tag}},
			{Addresses: []netip.Addr{address("203.0.113.13")},
				Policies: map[string]policies.MemberPolicy{"ours": policies.Deprefer}},
		},
		Deprefer: policies.BuiltinChoice(policies.Deprefer, 64500), Tag: policies.BuiltinChoice(policies.Tag, 64500),
	}
	if len(got.Lists) != 1 || got.Lists[0].Name != "ours" || len(got.Lists[0].Compiled.Filters) != 1 {
		t.Fatalf("lists: %+v", got.Lists)
	}
	entry := func(prefix string, bits uint8) filters.Entry {
		return filters.Entry{Prefix: netip.MustParsePrefix(prefix), Min: bits, Max: 32}
	}
	filter := filters.Filter{
		Treatment: "depeer",
		Prefixes: filters.Entries{IPv4: []filters.Entry{entry("8.8.8.0/24", 24),
			{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Min: 24, Max: 24}, entry("198.51.100.0/25", 25)}},
		ASNs: []filters.ASMatch{{ASN: 400000}},
	}
	compare := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	if diff := cmp.Diff(filter, got.Lists[0].Compiled.Filters[0], compare,
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Source" }, cmp.Ignore())); diff != "" {
		t.Errorf("what the list names (-want +got):\n%s", diff)
	}
	got.Lists = nil
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
