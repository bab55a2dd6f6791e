package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
)

var noon = time.Date(2008, 11, 11, 12, 0, 0, 0, time.UTC)

// listing makes a list of one provider; each entry stands on a line of its own, from
// line 10 on: "10.0.0.0/8", "10.0.0.0/7 wide", "AS701 path", "AS701 path wide".
func listing(t testing.TB, entries ...string) *filters.Listing {
	t.Helper()
	p := filters.Provider{Name: "Example Hosting", ID: "example-hosting", Treatment: "depeer",
		Source: diag.Position{File: "list.yaml", Line: 9, Column: 5}}
	for i, e := range entries {
		source := diag.Position{File: "list.yaml", Line: 10 + i, Column: 9}
		words := strings.Fields(e)
		wide := words[len(words)-1] == "wide"
		if asn, isASN := strings.CutPrefix(words[0], "AS"); isASN {
			n, err := filters.ParseASN(asn)
			if err != nil {
				t.Fatal(err)
			}
			where := filters.Origin
			for _, w := range []filters.Where{filters.Neighbor, filters.Path} {
				if len(words) > 1 && words[1] == w.String() {
					where = w
				}
			}
			p.ASNs = append(p.ASNs, filters.ASMatch{ASN: n, Where: where, Wide: wide, Source: source})
			continue
		}
		prefix, err := filters.ParsePrefix(words[0])
		if err != nil {
			t.Fatal(err)
		}
		p.Prefixes = append(p.Prefixes, filters.PrefixMatch{Prefix: prefix, Min: uint8(prefix.Bits()),
			Max: uint8(prefix.Addr().BitLen()), Wide: wide, Source: source})
	}
	return &filters.Listing{Name: "example-ix-listed", Providers: []filters.Provider{p},
		Source: diag.Position{File: "list.yaml", Line: 2, Column: 7}}
}

// compiled puts into force, at noon, all that lists say, and nothing of a provider in
// another state.
func compiled(state filters.State, lists ...*filters.Listing) *filters.Compiled {
	c := &filters.Compiled{At: noon}
	filter := filters.Filter{Treatment: "depeer"}
	for _, l := range lists {
		for i := range l.Providers {
			p := &l.Providers[i]
			listed := filters.Listed{Listing: l, Provider: p, State: state}
			if state == filters.InForce {
				listed.Treatment = "depeer"
				filter.ASNs = append(filter.ASNs, p.ASNs...)
				for _, m := range p.Prefixes {
					e := filters.Entry{Prefix: m.Prefix, Min: m.Min, Max: m.Max}
					if m.Prefix.Addr().Is4() {
						filter.Prefixes.IPv4 = append(filter.Prefixes.IPv4, e)
					} else {
						filter.Prefixes.IPv6 = append(filter.Prefixes.IPv6, e)
					}
				}
			}
			c.Listed = append(c.Listed, listed)
		}
	}
	c.Filters = []filters.Filter{filter}
	return c
}

const ix = `exchange: {asn: 64500, peering_lans: [203.0.113.0/25, "2001:db9:1::/64"]}
members:
  - {asn: 64496, addresses: [203.0.113.11]}
transit_free: [64510]
`

// slash24s returns n adjacent /24s.
func slash24s(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprintf("%d.%d.%d.0/24", 20+i>>16, i>>8&255, i&255)
	}
	return list
}

// TestGuard names the rows of FAULTS.md that it holds.
func TestGuard(t *testing.T) {
	const everything = " (hint: nothing passes this guard, wide neither) [guard-everything]"
	for _, test := range []struct {
		name    string
		file    string // of the exchange, without its version
		state   filters.State
		entries []string
		want    []string // nothing: passes
	}{
		{"row 1, everything", ix + wideOpen, filters.InForce, []string{"0.0.0.0/0 wide", "::/0 wide"}, []string{
			"list.yaml:10:9: error: 0.0.0.0/0 is everything" + everything,
			"list.yaml:10:9: error: 0.0.0.0/0 lies around the exchange's own peering LAN 203.0.113.0/25 at " +
				"depeer.yaml:2:39 (hint: nothing passes this guard) [guard-own-space]",
			"list.yaml:11:9: error: ::/0 is everything" + everything,
			"list.yaml:11:9: error: ::/0 lies around the exchange's own peering LAN 2001:db9:1::/64 at " +
				"depeer.yaml:2:55 (hint: nothing passes this guard) [guard-own-space]",
		}},
		{"row 1, two halves", wideOpen, filters.InForce,
			[]string{"0.0.0.0/1 wide", "128.0.0.0/1 wide", "::/1 wide", "8000::/1 wide"}, []string{
				"list.yaml:10:9: error: 0.0.0.0/1 is half of everything" + everything,
				"list.yaml:11:9: error: 128.0.0.0/1 is half of everything" + everything,
				"list.yaml:12:9: error: ::/1 is half of everything" + everything,
				"list.yaml:13:9: error: 8000::/1 is half of everything" + everything,
			}},
		{"row 1, in four pieces", wideOpen, filters.InForce,
			[]string{"0.0.0.0/3 wide", "64.0.0.0/2 wide", "96.0.0.0/3 wide", "32.0.0.0/3 wide"}, []string{
				"list.yaml:2:7: error: all entries together cover 50% of the IPv4 address space (hint: nothing passes " +
					"this guard at half or more) [guard-everything]",
			}},
		{"row 1, just below half", wideOpen, filters.InForce,
			[]string{"0.0.0.0/2 wide", "64.0.0.0/3 wide", "64.0.0.0/4 wide"}, nil},
		{"row 1, of a provider that is not in force", wideOpen, filters.Expired, []string{"0.0.0.0/0", "10.0.0.0/7"},
			[]string{
				"list.yaml:10:9: error: 0.0.0.0/0 is everything" + everything,
			}},
		{"row 1, in pieces that are not in force", "", filters.Expired, []string{"0.0.0.0/2", "64.0.0.0/2"}, []string{
			"list.yaml:2:7: error: all entries together cover 50% of the IPv4 address space (hint: nothing passes " +
				"this guard at half or more) [guard-everything]",
		}},
		{"row 2, short", wideOpen, filters.InForce, []string{"10.0.0.0/8", "12.0.0.0/7", "2001::/19", "2001::/18"},
			[]string{
				`list.yaml:11:9: error: 12.0.0.0/7 is shorter than /8, the limit (hint: {prefix: "12.0.0.0/7", wide: true}, if it is meant) [guard-shortest-prefix]`,
				`list.yaml:13:9: error: 2001::/18 is shorter than /19, the limit (hint: {prefix: "2001::/18", wide: true}, if it is meant) [guard-shortest-prefix]`,
			}},
		{"row 2, wide", wideOpen, filters.InForce, []string{"12.0.0.0/7 wide", "2001::/18 wide"}, nil},
		{"row 2, own limit", "limits: {shortest_prefix: {ipv4: 16}}\n", filters.InForce,
			[]string{"10.0.0.0/16", "11.0.0.0/15"}, []string{
				`list.yaml:11:9: error: 11.0.0.0/15 is shorter than /16, the limit (hint: {prefix: "11.0.0.0/15", wide: true}, if it is meant) [guard-shortest-prefix]`,
			}},
		{"row 2, not in force", "", filters.Excepted, []string{"12.0.0.0/7"}, nil},
		// 1% of 2^32 is 167,772.16 /24s.
		{"row 3, 167,772 /24s", "", filters.InForce, slash24s(167772), nil},
		{"row 3, 167,773 /24s", "", filters.InForce, slash24s(167773), []string{
			"list.yaml:2:7: error: all entries together cover 1.000006% of the IPv4 address space, over the limit " +
				"of 1% (hint: max_covered: {ipv4: 1.000006%}, if it is meant; the largest entry is 20.0.0.0/24 at " +
				"list.yaml:10:9) [guard-max-covered]",
		}},
		{"row 3, the union and not the sum", "", filters.InForce,
			append([]string{"20.0.0.0/8", "20.0.0.0/8", "20.0.0.0/9", "21.0.0.0/8"}, slash24s(65536*2)...), nil},
		{"row 3, exactly the limit", "limits: {max_covered: {ipv4: 0.390625%, ipv6: 25%}}\n", filters.InForce,
			[]string{"20.0.0.0/8", "2000::/3 wide", "4000::/3 wide"}, nil},
		{"row 3, one address more", "limits: {max_covered: {ipv4: 0.390625%, ipv6: 25%}}\n", filters.InForce,
			[]string{"20.0.0.0/8", "21.0.0.0/32", "2000::/3 wide", "4000::/3 wide", "8000::/128"}, []string{
				"list.yaml:2:7: error: all entries together cover 0.390626% of the IPv4 address space, over the limit " +
					"of 0.390625% (hint: max_covered: {ipv4: 0.390626%}, if it is meant; the largest entry is " +
					"20.0.0.0/8 at list.yaml:10:9) [guard-max-covered]",
				"list.yaml:2:7: error: all entries together cover 25.000001% of the IPv6 address space, over the limit " +
					"of 25% (hint: max_covered: {ipv6: 25.000001%}, if it is meant; the largest entry is 2000::/3 " +
					"at list.yaml:12:9) [guard-max-covered]",
			}},
		{"row 3, not in force", "", filters.Waiting, slash24s(167773), nil},
		{"row 4, own LANs", ix, filters.InForce,
			[]string{"203.0.113.64/26", "203.0.113.0/25", "203.0.112.0/20", "203.0.113.128/25", "2001:db9:1::7/128",
				"2001:db9::/32", "2001:db9:2::/64"}, []string{
				"list.yaml:10:9: error: 203.0.113.64/26 lies inside the exchange's own peering LAN 203.0.113.0/25 at " +
					"depeer.yaml:2:39 (hint: nothing passes this guard) [guard-own-space]",
				"list.yaml:11:9: error: 203.0.113.0/25 is the exchange's own peering LAN 203.0.113.0/25 at " +
					"depeer.yaml:2:39 (hint: nothing passes this guard) [guard-own-space]",
				"list.yaml:12:9: error: 203.0.112.0/20 lies around the exchange's own peering LAN 203.0.113.0/25 at " +
					"depeer.yaml:2:39 (hint: nothing passes this guard) [guard-own-space]",
				"list.yaml:14:9: error: 2001:db9:1::7/128 lies inside the exchange's own peering LAN " +
					"2001:db9:1::/64 at " +
					"depeer.yaml:2:55 (hint: nothing passes this guard) [guard-own-space]",
				"list.yaml:15:9: error: 2001:db9::/32 lies around the exchange's own peering LAN 2001:db9:1::/64 at " +
					"depeer.yaml:2:55 (hint: nothing passes this guard) [guard-own-space]",
			}},
		{"row 4, own ASN", ix, filters.InForce, []string{"AS64500", "AS64501", "AS64500 neighbor", "AS64500 path wide"},
			[]string{
				"list.yaml:10:9: error: AS64500 is the exchange's own, at depeer.yaml:2:17 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
				"list.yaml:12:9: error: AS64500 is the exchange's own, at depeer.yaml:2:17 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
				"list.yaml:13:9: error: AS64500 is the exchange's own, at depeer.yaml:2:17 (hint: nothing passes this " +
					"guard) [guard-own-asn]",
			}},
		{"row 4, not in force", ix, filters.Excepted, []string{"203.0.113.64/26", "AS64500"}, nil},
		{"row 4, protected space passes", ix + "protect: {prefixes: [203.0.113.128/25], asns: [64496]}\n",
			filters.InForce, []string{"203.0.113.128/25", "AS64496"}, nil},
		{"row 14, path", ix, filters.InForce, []string{"AS64496 path", "AS64510 path", "AS701 path", "AS64511 path"},
			[]string{
				"list.yaml:10:9: error: match: path on AS64496, a member, at depeer.yaml:4:5: it would take all that is " +
					"behind it (hint: match: origin; or {asn: 64496, match: path, wide: true}, if it is meant) " +
					"[guard-path-match]",
				"list.yaml:11:9: error: match: path on AS64510, a transit-free network, at depeer.yaml:5:16: it would " +
					"take all that is behind it (hint: match: origin; or {asn: 64510, match: path, wide: true}, if " +
					"it is meant) [guard-path-match]",
				"list.yaml:12:9: error: match: path on AS701, Verizon (UUNET), a transit-free network (list of " +
					"2026-11-22): it would take all that is behind it (hint: match: origin; or {asn: 701, match: " +
					"path, wide: true}, if it is meant) [guard-path-match]",
			}},
		{"row 14, wide, origin, neighbor", ix, filters.InForce,
			[]string{"AS64496 path wide", "AS701 path wide", "AS701", "AS64496 neighbor", "AS64510 origin"}, nil},
		{"row 14, not in force", ix, filters.Expired, []string{"AS701 path"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			l := listing(t, test.entries...)
			got := read(t, test.file).Guard([]*filters.Listing{l}, compiled(test.state, l))
			check(t, test.want, got)
		})
	}
}

const wideOpen = "limits: {max_covered: {ipv4: 100%, ipv6: 100%}}\n"

func check(t *testing.T, want []string, got diag.List) {
	t.Helper()
	var lines []string
	for _, d := range got {
		lines = append(lines, d.String())
		if d.Severity != diag.Refused {
			t.Errorf("severity of %v is not Refused", d)
		}
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
}

// TestGuardAge is row 8 of FAULTS.md, at noon on 2008-11-11.
func TestGuardAge(t *testing.T) {
	const aDay = 24 * time.Hour
	for _, test := range []struct {
		updated string
		maxAge  time.Duration
		want    string
	}{
		{"2008-10-12", 30 * aDay, ""},
		{"2008-10-11", 30 * aDay, "example-ix-listed of 2008-10-11 is 31 days old, over its max_age of 30d (hint: a " +
			"newer list) [guard-list-age]"},
		{"2008-11-11", 12 * time.Hour, ""},
		{"2008-11-10", 12 * time.Hour, "example-ix-listed of 2008-11-10 is 24h0m0s old, over its max_age of 12h " +
			"(hint: a newer list) [guard-list-age]"},
		{"2008-11-11T00:00:00Z", 12 * time.Hour, ""},
		{"2008-11-10T23:59:00Z", 12 * time.Hour,
			"example-ix-listed of 2008-11-10T23:59:00Z is 12h1m0s old, over its max_age of 12h (hint: a newer list) " +
				"[guard-list-age]"},
		{"1999-01-01", 0, ""},
		{"", 0, ""},
		{"", 30 * aDay, "example-ix-listed has a max_age of 30d and does not say when it was updated (hint: " +
			"a list that says when it was updated, or no max_age in the exchange file) [guard-list-age]"},
		{"2008-11-12", 0, ""},
		{"2008-11-13", 0, "example-ix-listed of 2008-11-13 is in the future (hint: the right date, or a clock that " +
			"is right) [guard-list-future]"},
		{"2008-11-11T12:05:00Z", aDay, ""},
		{"2008-11-11T12:05:01Z", aDay, "example-ix-listed of 2008-11-11T12:05:01Z is in the future (hint: the right " +
			"date, or a clock that is right) [guard-list-future]"},
	} {
		t.Run("row 8, "+test.updated+" "+filters.FormatSpan(test.maxAge), func(t *testing.T) {
			l := listing(t, "AS64999")
			l.MaxAge = test.maxAge
			if test.updated != "" {
				var err error
				if l.Updated, err = filters.ParseMoment(test.updated); err != nil {
					t.Fatal(err)
				}
			}
			var want []string
			if test.want != "" {
				want = []string{"list.yaml:2:7: error: " + test.want}
			}
			check(t, want, exchange.Default().Guard([]*filters.Listing{l}, compiled(filters.InForce, l)))
		})
	}
}

// TestGuardTarget holds that the ASN of a target is guarded like the exchange's own.
func TestGuardTarget(t *testing.T) {
	l := listing(t, "AS64501")
	c := compiled(filters.InForce, l)
	check(t, nil, exchange.Default().Guard([]*filters.Listing{l}, c))
	check(t, []string{"list.yaml:10:9: error: AS64501 is the exchange's own (hint: nothing passes this guard) " +
		"[guard-own-asn]"},
		exchange.Default().WithASN(64501).Guard([]*filters.Listing{l}, c))
}

// TestGuardHeaviest holds that of several lists, the one is named that covers most.
func TestGuardHeaviest(t *testing.T) {
	light, heavy := listing(t, "20.0.0.0/8"), listing(t, "30.0.0.0/8", "31.0.0.0/8")
	light.Source.File, heavy.Source.File = "light.yaml", "heavy.yaml"
	lists := []*filters.Listing{light, heavy}
	got := exchange.Default().Guard(lists, compiled(filters.InForce, lists...))
	if len(got) != 1 || got[0].Position != heavy.Source {
		t.Errorf("got %v", got)
	}
}

func TestTransitFree(t *testing.T) {
	networks := exchange.TransitFree()
	for i, n := range networks {
		if n.Name == "" || n.ASN.Reserved() != "" || n.ASN.Forbidden() != "" {
			t.Errorf("%+v", n)
		}
		if i > 0 && networks[i-1].ASN >= n.ASN {
			t.Errorf("AS%s stands after AS%s", n.ASN, networks[i-1].ASN)
		}
	}
	networks[0].ASN = 0
	if exchange.TransitFree()[0].ASN == 0 {
		t.Error("the list can be changed")
	}
}

func BenchmarkGuard(b *testing.B) {
	ex, diags := exchange.Read("depeer.yaml", []byte("version: 1\n"+ix))
	if ex == nil {
		b.Fatal(diags)
	}
	for _, nested := range []bool{false, true} {
		b.Run(fmt.Sprintf("nested=%t", nested), func(b *testing.B) {
			entries := slash24s(100_000)
			if nested { // the sum is over the limit, the union is not
				entries = append(entries, "20.0.0.0/8", "21.0.0.0/8", "20.0.0.0/9")
			}
			l := listing(b, entries...)
			c := compiled(filters.InForce, l)
			for b.Loop() {
				if refused := ex.Guard([]*filters.Listing{l}, c); len(refused) != 0 {
					b.Fatal(refused[0])
				}
			}
			b.ReportMetric(float64(len(entries)), "entries")
		})
	}
}
