package counted_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/counted"
)

var (
	p     = netip.MustParsePrefix
	first = netip.MustParseAddr("127.0.0.2")
	other = netip.MustParseAddr("127.0.0.3")
)

// hoster lists a prefix, one of it exactly, and an ASN; the first member announces it.
func hoster() *counted.Routes {
	r := &counted.Routes{
		Providers: []counted.Provider{
			{List: "l", ID: "hoster", ASNs: []counted.ASN{{ASN: 64999},
				{ASN: 65010, Where: filters.Path, Except: []filters.ASN{65020}}},
				Sessions: []counted.Session{{Address: first, ASN: 64496, Prefixes: []netip.Prefix{p("20.1.0.0/22")}}}},
			{List: "l", ID: "exact", Sessions: []counted.Session{{Address: first, ASN: 64496,
				Prefixes: []netip.Prefix{p("20.2.0.0/16")}}}},
		},
	}
	r.Providers[0].Concern([]filters.PrefixMatch{{Prefix: p("20.1.0.0/16"), Min: 16, Max: 24},
		{Prefix: p("20.9.0.0/16"), Min: 16, Max: 32}})
	r.Providers[1].Concern([]filters.PrefixMatch{{Prefix: p("20.2.0.0/16"), Min: 16, Max: 16}})
	return r
}

func TestAgain(t *testing.T) {
	tally := hoster().Tally()
	for name, test := range map[string]struct {
		member filters.ASN
		route  policies.Route
		want   bool
	}{
		"what was counted":                  {64496, route("20.1.0.0/22", 64496), true},
		"more specific":                     {64496, route("20.1.2.0/24", 64496), true},
		"longer than the entry takes":       {64496, route("20.1.2.0/25", 64496), false},
		"around what was counted":           {64496, route("20.1.0.0/21", 64496), false},
		"of the entry, not counted":         {64496, route("20.1.4.0/24", 64496), false},
		"another entry, not counted":        {64496, route("20.9.0.0/16", 64496), false},
		"another member":                    {64497, route("20.1.2.0/24", 64497), false},
		"inside what is listed exactly":     {64496, route("20.2.1.0/24", 64496), false},
		"any prefix of the ASN":             {64496, route("30.0.0.0/8", 64496, 64999), true},
		"any prefix of it, IPv6":            {64496, route("2a00::/32", 64496, 64999), true},
		"of the ASN, by another member":     {64497, route("30.0.0.0/8", 64497, 64999), false},
		"the ASN is not the origin":         {64496, route("30.0.0.0/8", 64496, 64999, 65030), false},
		"anywhere in the path":              {64496, route("30.0.0.0/8", 64496, 65010, 65030), true},
		"anywhere, but for its exception":   {64496, route("30.0.0.0/8", 64496, 65010, 65020), false},
		"no path, and none that was listed": {64496, policies.Route{Prefix: p("30.0.0.0/8")}, false},
	} {
		if got := tally.Again(first, test.member, &test.route); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
	// Another address of the member announces it, and this one of another's.
	again := route("20.1.2.0/24", 64496)
	if tally := hoster().Tally(); !tally.Again(other, 64496, &again) || tally.Again(first, 64497, &again) {
		t.Error("it does not go by the member's ASN")
	}
	for _, tally := range []*counted.Tally{nil, (*counted.Routes)(nil).Tally(), new(counted.Routes).Tally()} {
		if tally.Again(first, 64496, &again) || tally.Uncounted(first) != 0 || tally.Counted(first) != 0 {
			t.Error("nothing was counted, and something is known")
		}
	}
}

// As many routes of a provider count as did, and no other provider's are in their place.
func TestTallyCounts(t *testing.T) {
	r := hoster()
	r.Providers[0].Sessions[0].Routes, r.Providers[1].Sessions[0].Routes = 2, 1
	tally := r.Tally()
	if n := tally.Counted(first); n != 3 {
		t.Errorf("%d were counted", n)
	}
	var got []bool
	for _, prefix := range []string{"20.1.0.0/22", "20.1.1.0/24", "20.1.2.0/24", "20.1.3.0/24", "20.2.0.0/16",
		"20.3.0.0/16"} {
		again := route(prefix, 64496)
		got = append(got, tally.Again(first, 64496, &again))
	}
	if diff := cmp.Diff([]bool{false, false, true, true, false, false}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := tally.Uncounted(first); n != 2 {
		t.Errorf("%d do not count", n)
	}
}

func route(prefix string, path ...filters.ASN) policies.Route {
	return policies.Route{Prefix: p(prefix), Path: path}
}

// What was counted stays counted while something inside it is announced.
func TestKeep(t *testing.T) {
	now := &counted.Routes{Providers: []counted.Provider{
		{List: "l", ID: "hoster", Sessions: []counted.Session{{Address: first, ASN: 64496,
			Prefixes: []netip.Prefix{p("20.1.1.0/24"), p("20.1.2.0/24"), p("20.8.0.0/16")}},
			{Address: other, ASN: 64497, Prefixes: []netip.Prefix{p("20.1.3.0/24")}}}},
		{List: "l", ID: "exact", Sessions: []counted.Session{{Address: first, ASN: 64496,
			Prefixes: []netip.Prefix{p("20.7.0.0/16")}}}},
	}}
	now.Keep(hoster())
	want := []counted.Provider{
		{List: "l", ID: "hoster", Sessions: []counted.Session{{Address: first, ASN: 64496,
			Prefixes: []netip.Prefix{p("20.1.0.0/22"), p("20.8.0.0/16")}},
			{Address: other, ASN: 64497, Prefixes: []netip.Prefix{p("20.1.3.0/24")}}}},
		{List: "l", ID: "exact", Sessions: []counted.Session{{Address: first, ASN: 64496,
			Prefixes: []netip.Prefix{p("20.7.0.0/16")}}}},
	}
	if diff := cmp.Diff(want, now.Providers, same); diff != "" {
		t.Errorf("kept (-want +got):\n%s", diff)
	}
	now.Keep(nil)
}

var same = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

func TestRoutesInJSON(t *testing.T) {
	want := hoster()
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	got := new(counted.Routes)
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A tally is compared with looking at everything, on a very small internet.
func TestTally(t *testing.T) {
	prefix := rapid.Custom(func(t *rapid.T) netip.Prefix {
		out, _ := netip.AddrFrom4([4]byte{20, 0, 0,
			byte(rapid.IntRange(0, 15).Draw(t, "octet") << 4)}).Prefix(rapid.IntRange(24, 28).Draw(t, "bits"))
		return out
	})
	asn := rapid.Custom(func(t *rapid.T) filters.ASN { return filters.ASN(rapid.IntRange(1, 4).Draw(t, "asn")) })
	rapid.Check(t, func(t *rapid.T) {
		r := &counted.Routes{}
		for i := range rapid.IntRange(0, 3).Draw(t, "providers") {
			provider := counted.Provider{List: "l", ID: string(rune('a' + i))}
			for range rapid.IntRange(0, 2).Draw(t, "members") {
				provider.Sessions = append(provider.Sessions,
					counted.Session{Address: first, ASN: asn.Draw(t, "member"),
						Prefixes: counted.Cover(rapid.SliceOfN(prefix, 0, 3).Draw(t, "counted"))})
			}
			var entries []filters.PrefixMatch
			for _, e := range rapid.SliceOfN(prefix, 0, 3).Draw(t, "entries") {
				entries = append(entries, filters.PrefixMatch{Prefix: e, Min: uint8(e.Bits()),
					Max: uint8(rapid.IntRange(e.Bits(), 28).Draw(t, "longest"))})
			}
			provider.Concern(entries)
			for range rapid.IntRange(0, 1).Draw(t, "ASNs") {
				provider.ASNs = append(provider.ASNs,
					counted.ASN{ASN: asn.Draw(t, "listed"),
						Where: filters.Where(rapid.IntRange(0, 2).Draw(t, "where"))})
			}
			r.Providers = append(r.Providers, provider)
		}
		tally := r.Tally()
		for range 10 {
			member, route := asn.Draw(t, "announcer"),
				policies.Route{Prefix: prefix.Draw(t, "prefix"), Path: rapid.SliceOfN(asn, 1, 3).Draw(t, "path")}
			if got, want := tally.Again(first, member, &route), slowly(r, member, &route); got != want {
				t.Fatalf("%d, %+v: %t, want %t", member, route, got, want)
			}
		}
	})
}

// slowly is Again, with nothing left that counts, as its contract says it.
func slowly(r *counted.Routes, member filters.ASN, route *policies.Route) bool {
	around := func(outer netip.Prefix) bool {
		return outer.Bits() <= route.Prefix.Bits() && outer.Contains(route.Prefix.Addr())
	}
	for _, provider := range r.Providers {
		for _, m := range provider.Sessions {
			if m.ASN != member {
				continue
			}
			for _, a := range provider.ASNs {
				at := slices.Index(route.Path, a.ASN)
				if a.Where == filters.Path && at >= 0 || a.Where == filters.Neighbor && at == 0 ||
					a.Where == filters.Origin && route.Path[len(route.Path)-1] == a.ASN {
					return true
				}
			}
			listed := slices.ContainsFunc(provider.Entries, func(e filters.Entry) bool {
				return around(e.Prefix) && int(e.Min) <= route.Prefix.Bits() && route.Prefix.Bits() <= int(e.Max)
			})
			if listed && slices.ContainsFunc(m.Prefixes, around) {
				return true
			}
		}
	}
	return false
}

// A route that two providers list takes a place of either: where nothing has changed, all count, in
// whichever order they come.
func TestPlacesOfSeveralProviders(t *testing.T) {
	session := func(routes int) []counted.Session {
		return []counted.Session{{Address: first, ASN: 64496, Routes: routes}}
	}
	r := &counted.Routes{Providers: []counted.Provider{
		{List: "l", ID: "a", ASNs: []counted.ASN{{ASN: 1, Where: filters.Path}}, Sessions: session(1)},
		{List: "l", ID: "b", ASNs: []counted.ASN{{ASN: 2, Where: filters.Path}}, Sessions: session(1)},
		{List: "l", ID: "c", ASNs: []counted.ASN{{ASN: 3, Where: filters.Path}}, Sessions: session(1)},
	}}
	prefix := "30.0.0.0/8"
	all := []policies.Route{route(prefix, 64496, 1, 2), route(prefix, 64496, 2, 3), route(prefix, 64496, 1),
		route(prefix, 64496, 1)}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {0, 2, 1}} {
		tally := r.Tally()
		for _, i := range order {
			if tally.Again(first, 64496, &all[i]) {
				t.Errorf("order %v: route %d does not count", order, i)
			}
		}
		if !tally.Again(first, 64496, &all[3]) {
			t.Errorf("order %v: one more counts", order)
		}
	}
}
