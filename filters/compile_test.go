package filters_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/filters/diag"
)

// at returns a position in the one file of these tests.
func at(line int) diag.Position { return diag.Position{File: "a.yaml", Line: line, Column: 5} }

// all returns a match of a prefix and all inside it.
func all(line int, prefix string) filters.PrefixMatch {
	e := entry(prefix, 0, 0)
	return filters.PrefixMatch{
		Prefix: e.Prefix, Min: uint8(e.Prefix.Bits()), Max: uint8(e.Prefix.Addr().BitLen()), Source: at(line),
	}
}

// list returns a listing named a, whose providers are called p1, p2 and so on where
// they have no name, and stand at lines 100, 200 and so on.
func list(treatment string, providers ...filters.Provider) *filters.Listing {
	for i := range providers {
		if providers[i].ID == "" {
			providers[i].ID = "p" + string(rune('1'+i))
		}
		providers[i].Source = at(100 * (i + 1))
	}
	return &filters.Listing{Name: "a", Treatment: treatment, Providers: providers, Source: at(1)}
}

// rules returns the rules of 2008-11-11, noon.
func rules() filters.Rules {
	return filters.Rules{
		At:         time.Date(2008, 11, 11, 12, 0, 0, 0, time.UTC),
		Treatments: treatments,
		Ladders: []filters.Ladder{{Name: "slow", Steps: []filters.Step{
			{After: oneDay, Treatment: "tag"}, {After: 14 * oneDay, Treatment: "deprefer"},
			{After: 30 * oneDay, Treatment: "depeer"},
		}}},
	}
}

func texts(diags diag.List) (lines []string) {
	for _, d := range diags {
		lines = append(lines, d.String())
	}
	return lines
}

func TestCompileNothing(t *testing.T) {
	for _, test := range []struct {
		lists []*filters.Listing
		says  []string
	}{
		{nil, nil},
		{[]*filters.Listing{list("depeer")},
			[]string{`a.yaml:1:5: warning: list "a" has no providers, and matches nothing [listing-empty]`}},
	} {
		c, diags := filters.Compile(test.lists, filters.Rules{Treatments: treatments})
		if diff := cmp.Diff(test.says, texts(diags)); diff != "" {
			t.Errorf("says (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(&filters.Compiled{}, c, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestCompileStates(t *testing.T) {
	type outcome struct {
		state                   filters.State
		treatment, ladder, next string
		from                    string
	}
	tests := []struct {
		name     string
		provider filters.Provider
		want     outcome
	}{
		{"list's default", filters.Provider{}, outcome{filters.InForce, "deprefer", "", "", ""}},
		{"its own", filters.Provider{Treatment: "tag"}, outcome{filters.InForce, "tag", "", "", ""}},
		{"its last day", filters.Provider{Expires: day("2008-11-11")},
			outcome{filters.InForce, "deprefer", "", "", "2008-11-12"}},
		{"the day after", filters.Provider{Expires: day("2008-11-10")}, outcome{filters.Expired, "", "", "", ""}},
		{"excepted", filters.Provider{ID: "excepted"}, outcome{filters.Excepted, "", "", "deprefer", "2008-11-12"}},
		{"excepted until it expires", filters.Provider{ID: "excepted", Expires: day("2008-11-11")},
			outcome{filters.Excepted, "", "", "", ""}},
		{"excepted for good", filters.Provider{ID: "for-good"}, outcome{filters.Excepted, "", "", "", ""}},
		{"excepted on a ladder", filters.Provider{ID: "excepted", Treatment: "slow", Listed: day("2008-10-28")},
			outcome{filters.Excepted, "", "slow", "deprefer", "2008-11-12"}},
		{"excepted and expired", filters.Provider{ID: "excepted", Expires: day("2008-11-10")},
			outcome{filters.Expired, "", "", "", ""}},
		{"no more excepted", filters.Provider{ID: "past"}, outcome{filters.InForce, "deprefer", "", "", ""}},
		{"from today on", filters.Provider{Listed: day("2008-11-11")},
			outcome{filters.InForce, "deprefer", "", "", ""}},
		{"from tomorrow on", filters.Provider{Listed: day("2008-11-12")},
			outcome{filters.Waiting, "", "", "deprefer", "2008-11-12"}},
		{"before the ladder", filters.Provider{Treatment: "slow", Listed: day("2008-11-11")},
			outcome{filters.Waiting, "", "slow", "tag", "2008-11-12"}},
		{"ladder of the future", filters.Provider{Treatment: "slow", Listed: day("2008-11-20")},
			outcome{filters.Waiting, "", "slow", "tag", "2008-11-21"}},
		{"first day of a step", filters.Provider{Treatment: "slow", Listed: day("2008-11-10")},
			outcome{filters.InForce, "tag", "slow", "deprefer", "2008-11-24"}},
		{"next step", filters.Provider{Treatment: "slow", Listed: day("2008-10-28")},
			outcome{filters.InForce, "deprefer", "slow", "depeer", "2008-11-27"}},
		{"last step", filters.Provider{Treatment: "slow", Listed: day("2008-01-01")},
			outcome{filters.InForce, "depeer", "slow", "", ""}},
		{"expires before the next step", filters.Provider{Treatment: "slow", Listed: day("2008-10-28"),
			Expires: day("2008-11-26")}, outcome{filters.InForce, "deprefer", "slow", "", "2008-11-27"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := rules()
			r.Except = []filters.Exception{
				{List: "a", Provider: "excepted", Until: day("2008-11-11")},
				{List: "a", Provider: "past", Until: day("2008-11-10")},
				{List: "a", Provider: "for-good"},
				{List: "b", Provider: "p1"},
			}
			l := list("deprefer", test.provider)
			c, diags := filters.Compile([]*filters.Listing{l}, r)
			if c == nil {
				t.Fatalf("refused: %v", diags)
			}
			listed := c.Listed[0]
			got := outcome{listed.State, listed.Treatment, listed.Ladder, listed.Next, listed.NextFrom.String()}
			if got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if listed.Listing != l || listed.Provider != &l.Providers[0] {
				t.Error("does not point to the listing and its provider")
			}
			if excepted := listed.State == filters.Excepted; excepted != (listed.Exception != nil) {
				t.Errorf("exception of a provider that is %s: %v", listed.State, listed.Exception)
			}
		})
	}
}

// The exchange's treatment for a list overrides all.
func TestCompileOverride(t *testing.T) {
	r := rules()
	r.Lists = map[string]string{"a": "tag"}
	c, _ := filters.Compile([]*filters.Listing{list("depeer", filters.Provider{Treatment: "deprefer"})}, r)
	if got := c.Listed[0].Treatment; got != "tag" {
		t.Errorf("treated as %s", got)
	}
}

func TestCompileASNs(t *testing.T) {
	match := func(asn filters.ASN, where filters.Where, except ...filters.ASN) filters.ASMatch {
		return filters.ASMatch{ASN: asn, Where: where, Except: except}
	}
	lists := []*filters.Listing{list("",
		filters.Provider{Treatment: "deprefer", ASNs: []filters.ASMatch{
			match(7, filters.Origin), match(7, filters.Neighbor), // shadowed by the path, below
			match(5, filters.Path, 1, 2), match(4, filters.Path, 1), match(3, filters.Path, 1, 2),
			match(6, filters.Path, 9),                      // shadowed: redundant beside 6 anywhere
			match(6, filters.Path), match(6, filters.Path), // twice
			match(8, filters.Path), match(9, filters.Origin), // 9 is protected
		}},
		filters.Provider{Treatment: "depeer",
			ASNs: []filters.ASMatch{match(8, filters.Origin), match(7, filters.Path)}},
	)}
	r := rules()
	r.Protect.ASNs = []filters.ProtectedASN{{ASN: 9}}
	r.Protect.Prefixes = []filters.ProtectedPrefix{{Prefix: entry("192.0.2.0/24", 0, 0).Prefix}}
	got, _ := filters.Compile(lists, r)
	want := []filters.Filter{
		{Treatment: "depeer", ASNs: []filters.ASMatch{match(7, filters.Path), match(8, filters.Origin)}},
		{
			Treatment: "deprefer",
			ASNs:      []filters.ASMatch{match(6, filters.Path), match(8, filters.Path)},
			Groups: []filters.Group{
				{ASNs: []filters.ASN{4}, Except: []filters.ASN{1}},
				{ASNs: []filters.ASN{3, 5}, Except: []filters.ASN{1, 2}},
			},
		},
	}
	if diff := cmp.Diff(want, got.Filters); diff != "" {
		t.Errorf("filters (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(filters.Entries{IPv4: []filters.Entry{entry("192.0.2.0/24", 24, 32)}}, got.Protected,
		comparePrefixes); diff != "" {
		t.Errorf("spared (-want +got):\n%s", diff)
	}
}

// Protected space: what stays of an entry.
func TestCompileProtected(t *testing.T) {
	prefixMatch := func(prefix string, low, high uint8) filters.PrefixMatch {
		e := entry(prefix, low, high)
		return filters.PrefixMatch{Prefix: e.Prefix, Min: e.Min, Max: e.Max}
	}
	tests := []struct {
		name      string
		match     filters.PrefixMatch
		protected []string
		want      []filters.Entry
	}{
		{"around", prefixMatch("10.0.0.0/16", 16, 32), []string{"10.0.0.0/8"}, nil},
		{"equal", prefixMatch("10.0.0.0/16", 16, 32), []string{"10.0.0.0/16"}, nil},
		{"beside", prefixMatch("10.0.0.0/16", 16, 18), []string{"10.1.0.0/16"},
			[]filters.Entry{entry("10.0.0.0/16", 16, 18)}},
		{"longer than the range", prefixMatch("10.0.0.0/16", 16, 18), []string{"10.0.0.0/19"},
			[]filters.Entry{entry("10.0.0.0/16", 16, 18)}},
		{
			"inside", prefixMatch("10.0.0.0/8", 8, 32), []string{"10.64.0.0/10"},
			[]filters.Entry{entry("10.0.0.0/8", 8, 9), entry("10.0.0.0/10", 10, 32), entry("10.128.0.0/9", 9, 32)},
		},
		{
			"inside a range of one", prefixMatch("10.0.0.0/8", 10, 10), []string{"10.64.0.0/10"},
			[]filters.Entry{entry("10.0.0.0/10", 10, 10), entry("10.128.0.0/9", 10, 10)},
		},
		{"both halves", prefixMatch("10.0.0.0/8", 8, 32), []string{"10.128.0.0/9", "10.0.0.0/9"},
			[]filters.Entry{entry("10.0.0.0/8", 8, 8)}},
		{ // where gobgpd 3.37 would crash on an entry
			"beside mapped addresses", prefixMatch("::fffc:0:0/94", 94, 128), []string{"::fffe:0:0/96"},
			[]filters.Entry{entry("::fffc:0:0/94", 94, 95), entry("::fffc:0:0/95", 95, 128)},
		},
		{"nested", prefixMatch("10.0.0.0/9", 10, 10), []string{"10.0.0.0/12", "10.0.0.0/10"},
			[]filters.Entry{entry("10.64.0.0/10", 10, 10)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := rules()
			for _, p := range test.protected {
				r.Protect.Prefixes = append(r.Protect.Prefixes, filters.ProtectedPrefix{Prefix: entry(p, 0, 0).Prefix})
			}
			l := list("depeer", filters.Provider{Prefixes: []filters.PrefixMatch{test.match}})
			c, _ := filters.Compile([]*filters.Listing{l}, r)
			var got []filters.Entry
			for _, f := range c.Filters {
				got = slices.Concat(got, f.Prefixes.IPv4, f.Prefixes.IPv6)
			}
			if diff := cmp.Diff(test.want, got, comparePrefixes); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if c.Protected.Len() != 0 {
				t.Errorf("spares %v, and looks at no path", c.Protected)
			}
		})
	}
}
