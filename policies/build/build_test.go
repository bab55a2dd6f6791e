package build_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"

	"github.com/google/go-cmp/cmp"
)

var (
	med = uint32(7)

	refuse   = policies.Treatment{Name: "refuse", Reject: true}
	stop     = policies.Treatment{Name: "stop", Reject: true}
	deprefer = policies.Treatment{Name: "deprefer", LocalPref: 50, Prepend: 2,
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}}}
	tag  = policies.Treatment{Name: "tag", MED: &med, Communities: []policies.Community{64500<<16 | 666}}
	idle = policies.Treatment{Name: "idle"}

	slow = policies.Treatment{Name: "slow", Prepend: 1}

	treatments = []policies.Treatment{refuse, stop, deprefer, slow, tag, idle}
)

// entry reads "192.0.2.0/24" or "192.0.2.0/24 24..28".
func entry(s string) filters.Entry {
	prefix, lengths, ranged := strings.Cut(s, " ")
	e := filters.Entry{Prefix: netip.MustParsePrefix(prefix)}
	e.Min, e.Max = uint8(e.Prefix.Bits()), uint8(e.Prefix.Addr().BitLen())
	if ranged {
		fmt.Sscanf(lengths, "%d..%d", &e.Min, &e.Max)
	}
	return e
}

func entries(list ...string) filters.Entries {
	var out filters.Entries
	for _, s := range list {
		if e := entry(s); e.Prefix.Addr().Is4() {
			out.IPv4 = append(out.IPv4, e)
		} else {
			out.IPv6 = append(out.IPv6, e)
		}
	}
	return out
}

func asn(list ...filters.ASN) []filters.ASMatch {
	var out []filters.ASMatch
	for _, a := range list {
		out = append(out, filters.ASMatch{ASN: a})
	}
	return out
}

// digests are left out of what the tables below want.
var digests = regexp.MustCompile(`/?[0-9a-f]{12}`)

// written returns the import policy, one statement a line.
func written(p *policies.RoutingPolicy) []string {
	sets := make(map[string]string)
	for name, entries := range policies.SetsOf[policies.Prefixes](p) {
		for _, e := range entries {
			sets[name] += fmt.Sprintf(" %s %d..%d", e.Prefix, e.Min, e.Max)
		}
	}
	for name, patterns := range policies.SetsOf[policies.ASPaths](p) {
		sets[name] = " " + fmt.Sprint(patterns)
	}
	for name, patterns := range policies.SetsOf[policies.LargeCommunities](p) {
		sets[name] = " " + fmt.Sprint(patterns)
	}
	var lines []string
	for _, s := range p.Import {
		line := s.Name + ":"
		for _, c := range []policies.Condition{s.Conditions.PrefixSet, s.Conditions.ASPathSet,
			s.Conditions.LargeCommunitySet} {
			if c.Set == "" {
				continue
			}
			if line += " " + c.Set; c.Invert {
				line += " none of"
			}
			line += sets[c.Set]
		}
		lines = append(lines, digests.ReplaceAllString(line+" ->"+actions(s.Actions), ""))
	}
	return lines
}

func actions(a policies.Actions) string {
	var out string
	if a.Reject {
		out += " reject"
	}
	if a.LocalPref != 0 {
		out += fmt.Sprint(" pref ", a.LocalPref)
	}
	if a.MED != nil {
		out += fmt.Sprint(" med ", *a.MED)
	}
	if a.Prepend != 0 {
		out += fmt.Sprint(" prepend ", a.Prepend)
	}
	for _, c := range a.Communities {
		out += " +" + c.String()
	}
	for _, c := range a.DropCommunities {
		out += " -" + c.String()
	}
	for _, c := range a.AddLargeCommunities {
		out += " +" + c.String()
	}
	for _, c := range a.DropLargeCommunities {
		out += " -" + c.String()
	}
	return out
}

func TestBuild(t *testing.T) {
	type filter = filters.Filter
	tests := map[string]struct {
		compiled filters.Compiled
		asn      filters.ASN
		want     []string
	}{
		"nothing": {},
		"refusals need no marks": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "refuse", Prefixes: entries("192.0.2.0/24", "2001:db8::/32"), ASNs: asn(64999)},
				{Treatment: "stop", Prefixes: entries("192.0.2.0/24 24..24")},
			}},
			want: []string{
				"depeer/001-refuse-prefix4: depeer/refuse/prefix4 192.0.2.0/24 24..32 -> reject",
				"depeer/002-refuse-prefix6: depeer/refuse/prefix6 2001:db8::/32 32..128 -> reject",
				"depeer/003-refuse-as-path: depeer/refuse/as-path [_64999$] -> reject",
				"depeer/004-stop-prefix4: depeer/stop/prefix4 192.0.2.0/24 24..24 -> reject",
			},
		},
		"protected space is spared by AS matches, in both families": {
			compiled: filters.Compiled{
				Filters:   []filter{{Treatment: "refuse", Prefixes: entries("192.0.2.0/24"), ASNs: asn(64999)}},
				Protected: entries("203.0.113.0/24"),
			},
			want: []string{
				"depeer/001-refuse-prefix4: depeer/refuse/prefix4 192.0.2.0/24 24..32 -> reject",
				"depeer/002-refuse-as-path4: depeer/spared/prefix4 none of 203.0.113.0/24 24..32 " +
					"depeer/refuse/as-path [_64999$] -> reject",
				"depeer/003-refuse-as-path6: depeer/spared/prefix6 none of ::/128 128..128 depeer/refuse/as-path " +
					"[_64999$] -> reject",
			},
		},
		"changes that cannot meet need no marks": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "slow", Prefixes: entries("192.0.2.0/24", "2001:db8::/32")},
				{Treatment: "tag", Prefixes: entries("192.0.0.0/16 16..23", "198.51.100.0/24")},
			}},
			asn: 64500,
			want: []string{
				"depeer/001-slow-prefix4: depeer/slow/prefix4 192.0.2.0/24 24..32 -> prepend 1",
				"depeer/002-slow-prefix6: depeer/slow/prefix6 2001:db8::/32 32..128 -> prepend 1",
				"depeer/003-tag-prefix4-renew: depeer/tag/prefix4 192.0.0.0/16 16..23 198.51.100.0/24 24..32 -> " +
					"-64500:666",
				"depeer/004-tag-prefix4: depeer/tag/prefix4 192.0.0.0/16 16..23 198.51.100.0/24 24..32 -> med 7 " +
					"+64500:666",
			},
		},
		"what adds large communities is cleaned": {
			compiled: filters.Compiled{Filters: []filter{{Treatment: "deprefer",
				Prefixes: entries("192.0.2.0/24", "2001:db8::/32")}}},
			asn: 64500,
			want: []string{
				"depeer/001-deprefer-prefix4: depeer/deprefer/prefix4 192.0.2.0/24 24..32 -> pref 50 prepend 2 " +
					"+64500:666:1 +64500:66600:1",
				"depeer/002-deprefer-prefix6: depeer/deprefer/prefix6 2001:db8::/32 32..128 -> pref 50 prepend 2 " +
					"+64500:666:1 +64500:66600:1",
				"depeer/003-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
			},
		},
		"marks where they can": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "refuse", ASNs: asn(64998)},
				{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24", "2001:db8::/32")},
				{Treatment: "tag", Prefixes: entries("192.0.0.0/16 16..24")},
			}},
			asn: 64500,
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/002-refuse-as-path: depeer/refuse/as-path [_64998$] -> reject",
				"depeer/003-deprefer-prefix4: depeer/deprefer/prefix4 192.0.2.0/24 24..32 -> pref 50 prepend 2 " +
					"+64500:666:1 +64500:66600:1",
				"depeer/004-deprefer-prefix6: depeer/deprefer/prefix6 2001:db8::/32 32..128 -> pref 50 prepend 2 " +
					"+64500:666:1 +64500:66600:1",
				"depeer/005-tag-prefix4-renew: depeer/tag/prefix4 192.0.0.0/16 16..24 depeer/marks/large-community " +
					"none of [^64500:66600:1$] -> -64500:666",
				"depeer/006-tag-prefix4: depeer/tag/prefix4 192.0.0.0/16 16..24 depeer/marks/large-community none " +
					"of [^64500:66600:1$] -> med 7 +64500:666",
				"depeer/007-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
			},
		},
		"short announcements are left out, and refused where they are": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "refuse", Prefixes: entries("10.0.0.0/8")},
				{Treatment: "tag", Prefixes: entries("20.0.0.0/8", "30.0.0.0/8 9..32", "2000::/3")},
			}},
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^4294967294:66600:[0-9]+$] -> " +
					"-^4294967294:66600:[0-9]+$",
				"depeer/002-refuse-prefix4: depeer/refuse/prefix4 10.0.0.0/8 8..32 -> reject",
				"depeer/003-short: depeer/short/prefix4 0.0.0.0/0 0..8 -> +4294967294:66600:2",
				"depeer/004-tag-prefix4-renew: depeer/tag/prefix4 20.0.0.0/8 8..32 30.0.0.0/8 9..32 " +
					"depeer/marks/large-community none of [^4294967294:66600:2$] -> -64500:666",
				"depeer/005-tag-prefix4: depeer/tag/prefix4 20.0.0.0/8 8..32 30.0.0.0/8 9..32 " +
					"depeer/marks/large-community none of [^4294967294:66600:2$] -> med 7 +64500:666",
				"depeer/006-tag-prefix6-renew: depeer/tag/prefix6 2000::/3 3..128 -> -64500:666",
				"depeer/007-tag-prefix6: depeer/tag/prefix6 2000::/3 3..128 -> med 7 +64500:666",
				"depeer/008-clean: depeer/marks/large-community [^4294967294:66600:[0-9]+$] -> " +
					"-^4294967294:66600:[0-9]+$",
			},
		},
		"none is short, none is marked": {
			compiled: filters.Compiled{Filters: []filter{{Treatment: "tag",
				Prefixes: entries("30.0.0.0/8 9..32", "2000::/3")}}},
			want: []string{
				"depeer/001-tag-prefix4-renew: depeer/tag/prefix4 30.0.0.0/8 9..32 -> -64500:666",
				"depeer/002-tag-prefix4: depeer/tag/prefix4 30.0.0.0/8 9..32 -> med 7 +64500:666",
				"depeer/003-tag-prefix6-renew: depeer/tag/prefix6 2000::/3 3..128 -> -64500:666",
				"depeer/004-tag-prefix6: depeer/tag/prefix6 2000::/3 3..128 -> med 7 +64500:666",
			},
		},
		"a refusal after a change looks for the mark": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "tag", ASNs: asn(64998)},
				{Treatment: "refuse", Prefixes: entries("192.0.2.0/24")},
			}},
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^4294967294:66600:[0-9]+$] -> " +
					"-^4294967294:66600:[0-9]+$",
				"depeer/002-short: depeer/short/prefix4 0.0.0.0/0 0..8 -> +4294967294:66600:2",
				"depeer/003-tag-as-path-renew: depeer/tag/as-path [_64998$] depeer/marks/large-community none of " +
					"[^4294967294:66600:2$] -> -64500:666",
				"depeer/004-tag-as-path: depeer/tag/as-path [_64998$] depeer/marks/large-community none of " +
					"[^4294967294:66600:2$] -> med 7 +64500:666 +4294967294:66600:1",
				"depeer/005-refuse-prefix4: depeer/refuse/prefix4 192.0.2.0/24 24..32 depeer/marks/large-community " +
					"none of [^4294967294:66600:1$] -> reject",
				"depeer/006-clean: depeer/marks/large-community [^4294967294:66600:[0-9]+$] -> " +
					"-^4294967294:66600:[0-9]+$",
			},
		},
		"exceptions": {
			compiled: filters.Compiled{
				Filters: []filter{{Treatment: "refuse", Groups: []filters.Group{
					{ASNs: []filters.ASN{64998, 64999}, Except: []filters.ASN{64997}},
				}}},
				Protected: entries("203.0.113.0/24", "2001:db8::/32"),
			},
			asn: 64500,
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/002-refuse-except1: depeer/refuse/as-path [_64997_] -> +64500:66600:1001",
				"depeer/003-refuse-group14: depeer/spared/prefix4 none of 203.0.113.0/24 24..32 " +
					"depeer/refuse/as-path [_64998_ _64999_] depeer/marks/large-community none of " +
					"[^64500:66600:1001$] -> reject",
				"depeer/004-refuse-group16: depeer/spared/prefix6 none of 2001:db8::/32 32..128 " +
					"depeer/refuse/as-path [_64998_ _64999_] depeer/marks/large-community none of " +
					"[^64500:66600:1001$] -> reject",
				"depeer/005-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
			},
		},
		"what changes nothing shields": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "idle", Prefixes: entries("192.0.2.0/24")},
				{Treatment: "refuse", Prefixes: entries("192.0.0.0/16", "2001:db8::/32")},
			}},
			asn: 64500,
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/002-idle-prefix4: depeer/idle/prefix4 192.0.2.0/24 24..32 -> +64500:66600:1",
				"depeer/003-refuse-prefix4: depeer/refuse/prefix4 192.0.0.0/16 16..32 depeer/marks/large-community " +
					"none of [^64500:66600:1$] -> reject",
				"depeer/004-refuse-prefix6: depeer/refuse/prefix6 2001:db8::/32 32..128 -> reject",
				"depeer/005-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
			},
		},
		"what changes nothing, and shields from nothing, is not there": {
			compiled: filters.Compiled{Filters: []filter{
				{Treatment: "refuse", Prefixes: entries("192.0.0.0/16")},
				{Treatment: "idle", Prefixes: entries("192.0.2.0/24"), ASNs: asn(64999)},
			}},
			want: []string{"depeer/001-refuse-prefix4: depeer/refuse/prefix4 192.0.0.0/16 16..32 -> reject"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := build.Policy(&test.compiled, treatments, test.asn)
			if diff := cmp.Diff(test.want, written(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestBuildPanics(t *testing.T) {
	tests := map[string]struct {
		treatment policies.Treatment
		want      string
	}{
		"unknown treatment": {refuse, `build: filter of the treatment "other", which is not among those given`},
		"adds a mark": {
			policies.Treatment{Name: "other", LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 66600,
				Local2: 5}}},
			`build: treatment "other" adds one of the large communities ^64500:66600:[0-9]+$, which are scratch`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(any(test.want), recover()); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			}()
			c := &filters.Compiled{Filters: []filters.Filter{{Treatment: "other", ASNs: asn(64999)}}}
			build.Policy(c, []policies.Treatment{test.treatment}, 64500)
		})
	}
}
