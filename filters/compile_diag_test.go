package filters_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/diag"
)

func TestCompileSays(t *testing.T) {
	ipv4 := func(lines ...int) (p filters.Provider) {
		for _, line := range lines {
			p.Prefixes = append(p.Prefixes, all(line, "192.0.2.0/24"))
		}
		return p
	}
	with := func(p filters.Provider, change func(*filters.Provider)) filters.Provider {
		change(&p)
		return p
	}
	exchange := diag.Position{File: "depeer.yaml", Line: 9, Column: 3}
	tests := []struct {
		name  string
		lists []*filters.Listing
		rules func(*filters.Rules)
		want  []string
	}{
		{
			name: "no treatment",
			lists: []*filters.Listing{list("", ipv4(101),
				with(ipv4(201), func(p *filters.Provider) { p.Treatment = "tag" }))},
			want: []string{"a.yaml:100:5: error: nothing says how p1 is to be treated (hint: treatment: depeer) " +
				"[listing-no-treatment]"},
		},
		{
			name: "no treatment in bulk",
			lists: []*filters.Listing{list("", ipv4(101), ipv4(201), ipv4(301), ipv4(401),
				with(ipv4(501), func(p *filters.Provider) { p.Treatment = "tag" }))},
			want: []string{`a.yaml:1:5: error: nothing says how 4 of the 5 providers of list "a" are to be treated, ` +
				`p1 the first (hint: defaults: {treatment: depeer}) [listing-no-treatment]`},
		},
		{
			name:  "no days on a ladder in bulk",
			lists: []*filters.Listing{list("slow", ipv4(101), ipv4(201), ipv4(301), ipv4(401))},
			want: []string{`a.yaml:1:5: error: 4 of the 4 providers of list "a" are to be treated by a ladder, and do ` +
				`not say since when they are listed, p1 the first (hint: listed: YYYY-MM-DD for each, or a treatment ` +
				`that is no ladder) [listing-ladder-no-date]`},
		},
		{
			name: "unknown treatment of a provider",
			lists: []*filters.Listing{list("depeer",
				with(ipv4(101), func(p *filters.Provider) { p.Treatment = "depear" }))},
			want: []string{`a.yaml:100:5: error: no treatment or ladder is called "depear" (hint: one of depeer, deprefer, tag, slow) [listing-unknown-treatment]`},
		},
		{
			name:  "unknown treatment of a list, once",
			lists: []*filters.Listing{list("depear", ipv4(101), ipv4(201))},
			want:  []string{`a.yaml:1:5: error: no treatment or ladder is called "depear" (hint: one of depeer, deprefer, tag, slow) [listing-unknown-treatment]`},
		},
		{
			name:  "unknown treatment for a list",
			lists: []*filters.Listing{list("depeer", ipv4(101))},
			rules: func(r *filters.Rules) { r.Lists = map[string]string{"a": "x"} },
			want:  []string{`a.yaml:1:5: error: no treatment or ladder is called "x" (hint: one of depeer, deprefer, tag, slow) [listing-unknown-treatment]`},
		},
		{
			name: "unknown treatment on a ladder",
			lists: []*filters.Listing{list("odd",
				with(ipv4(101), func(p *filters.Provider) { p.Listed = day("2008-11-11") }))},
			rules: func(r *filters.Rules) {
				r.Ladders = []filters.Ladder{{Name: "odd",
					Steps: []filters.Step{{Treatment: "tag"}, {After: oneDay, Treatment: "x"}}}}
			},
			want: []string{`a.yaml:1:5: error: ladder "odd" has a step "x", which is no treatment (hint: one of depeer, deprefer, tag, odd) [listing-unknown-treatment]`},
		},
		{
			name:  "no treatments at all",
			lists: []*filters.Listing{list("tag", ipv4(101))},
			rules: func(r *filters.Rules) { *r = filters.Rules{} },
			want:  []string{`a.yaml:1:5: error: no treatment or ladder is called "tag" [listing-unknown-treatment]`},
		},
		{
			name:  "ladder without a date",
			lists: []*filters.Listing{list("slow", ipv4(101))},
			want:  []string{`a.yaml:100:5: error: p1 is to be treated by ladder "slow", and does not say since when it is listed (hint: listed: YYYY-MM-DD) [listing-ladder-no-date]`},
		},
		{
			name: "a list twice",
			lists: []*filters.Listing{list("tag", ipv4(101)),
				{Name: "a", Source: diag.Position{File: "b.yaml", Line: 3, Column: 9}}},
			want: []string{`b.yaml:3:9: error: list "a" is given twice, first at a.yaml:1:5 (hint: a name of its own for each list) [listing-duplicate-list]`},
		},
		{
			name: "expired, to be reviewed, in the future",
			lists: []*filters.Listing{list("tag",
				with(ipv4(101), func(p *filters.Provider) {
					p.Expires, p.Review = day("2008-11-10"),
						day("2008-11-10")
				}),
				with(ipv4(201), func(p *filters.Provider) { p.Review = day("2008-11-10") }),
				with(ipv4(301), func(p *filters.Provider) { p.Listed = day("2008-11-12") }),
			)},
			want: []string{
				"a.yaml:100:5: warning: p1 expired on 2008-11-10, and matches nothing (hint: take it out, or set a " +
					"later day) [listing-expired]",
				"a.yaml:200:5: warning: p2 was to be reviewed by 2008-11-10 (hint: review it, and set a later day) " +
					"[listing-review]",
				"a.yaml:300:5: warning: p3 is listed from 2008-11-12 on, and matches nothing before [listing-future]",
			},
		},
		{
			name:  "exceptions",
			lists: []*filters.Listing{list("tag", ipv4(101))},
			rules: func(r *filters.Rules) {
				r.Except = []filters.Exception{
					{List: "a", Provider: "p1", Until: day("2008-11-10"), Source: exchange},
					{List: "a", Provider: "p2", Source: exchange}, {List: "b", Provider: "p2", Source: exchange},
				}
			},
			want: []string{
				"depeer.yaml:9:3: warning: the exception of p1 ended on 2008-11-10 (hint: take it out, or set a " +
					"later day) [exchange-exception-past]",
				`depeer.yaml:9:3: warning: list "a" has no provider "p2" to except (hint: take it out) [exchange-exception-unused]`,
			},
		},
		{
			name:  "a prefix twice, treated alike",
			lists: []*filters.Listing{list("tag", ipv4(101, 102))},
			want: []string{"a.yaml:102:5: warning: 192.0.2.0/24 is listed twice, also at a.yaml:101:5 (hint: take " +
				"one out) [listing-duplicate-prefix]"},
		},
		{
			name: "a prefix twice, treated differently",
			lists: []*filters.Listing{list("tag", ipv4(101),
				with(ipv4(201), func(p *filters.Provider) { p.Treatment = "depeer" }))},
			want: []string{"a.yaml:101:5: warning: 192.0.2.0/24 is listed twice, also at a.yaml:201:5: depeer " +
				"holds, the more severe, and not tag (hint: take one out) [listing-duplicate-prefix]"},
		},
		{
			name: "a prefix twice, with other lengths",
			lists: []*filters.Listing{list("tag", ipv4(101), filters.Provider{Prefixes: []filters.PrefixMatch{
				{Prefix: entry("192.0.2.0/24", 0, 0).Prefix, Min: 24, Max: 24, Source: at(201)},
			}})},
		},
		{
			name: "an AS match twice, treated differently",
			lists: []*filters.Listing{list("tag",
				filters.Provider{ASNs: []filters.ASMatch{{ASN: 7, Where: filters.Path, Except: []filters.ASN{8, 9},
					Source: at(101)}}, Treatment: "deprefer"},
				filters.Provider{ASNs: []filters.ASMatch{{ASN: 7, Where: filters.Path, Except: []filters.ASN{8, 9},
					Source: at(201)}}},
				filters.Provider{ASNs: []filters.ASMatch{{ASN: 7, Source: at(301)}, {ASN: 7, Source: at(302)}}},
			)},
			want: []string{
				"a.yaml:201:5: warning: AS7 path except AS8, AS9 is listed twice, also at a.yaml:101:5: deprefer " +
					"holds, the more severe, and not tag (hint: take one out) [listing-duplicate-asn]",
				"a.yaml:302:5: warning: AS7 is listed twice, also at a.yaml:301:5 (hint: take one out) " +
					"[listing-duplicate-asn]",
			},
		},
		{
			name: "protected",
			lists: []*filters.Listing{list("tag", filters.Provider{
				ASNs: []filters.ASMatch{{ASN: 7, Source: at(101)}},
				Prefixes: []filters.PrefixMatch{
					all(102, "192.0.2.0/25"), all(103, "192.0.0.0/16"),
					{Prefix: entry("192.0.0.0/17", 0, 0).Prefix, Min: 17, Max: 17, Source: at(104)},
				},
			})},
			rules: func(r *filters.Rules) {
				r.Protect.ASNs = []filters.ProtectedASN{{ASN: 7, Source: exchange}}
				r.Protect.Prefixes = []filters.ProtectedPrefix{
					{Prefix: entry("192.0.3.0/24", 0, 0).Prefix, Source: exchange},
					{Prefix: entry("192.0.2.0/24", 0, 0).Prefix, Source: exchange},
				}
			},
			want: []string{
				"a.yaml:101:5: warning: AS7 is not matched: protected at depeer.yaml:9:3 [listing-protected-asn]",
				"a.yaml:102:5: warning: 192.0.2.0/25 matches nothing: protected 192.0.2.0/24 at depeer.yaml:9:3 " +
					"[listing-protected]",
				"a.yaml:103:5: warning: 192.0.0.0/16 is matched without protected 192.0.2.0/24 at depeer.yaml:9:3, " +
					"and 1 more [listing-protected]",
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := rules()
			if test.rules != nil {
				test.rules(&r)
			}
			c, diags := filters.Compile(test.lists, r)
			if diff := cmp.Diff(test.want, texts(diags)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if failed := diags.Worst() == diag.Error; failed != (c == nil) {
				t.Errorf("compiled to %v, with errors: %v", c, failed)
			}
		})
	}
}

// Of a prefix that is listed twice, the order of files and lines decides nothing.
func TestCompileMoreSevere(t *testing.T) {
	one := filters.Provider{Treatment: "tag", Prefixes: []filters.PrefixMatch{all(101, "192.0.2.0/24")}}
	other := filters.Provider{Treatment: "depeer", Prefixes: []filters.PrefixMatch{all(201, "192.0.2.0/24")}}
	want := []filters.Filter{{Treatment: "depeer",
		Prefixes: filters.Entries{IPv4: []filters.Entry{entry("192.0.2.0/24", 24, 32)}}}}
	for _, l := range []*filters.Listing{list("", one, other), list("", other, one)} {
		c, _ := filters.Compile([]*filters.Listing{l}, rules())
		if diff := cmp.Diff(want, c.Filters, comparePrefixes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
