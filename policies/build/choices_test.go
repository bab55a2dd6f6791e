package build_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// chooser reads "192.0.2.1 2001:db8::1: bad refuse, worse tag".
func chooser(s string) build.Chooser {
	addresses, wishes, _ := strings.Cut(s, ": ")
	c := build.Chooser{Policies: map[string]policies.MemberPolicy{}}
	for _, a := range strings.Fields(addresses) {
		c.Addresses = append(c.Addresses, netip.MustParseAddr(a))
	}
	for wish := range strings.SplitSeq(wishes, ", ") {
		list, word, _ := strings.Cut(wish, " ")
		for _, w := range []policies.MemberPolicy{policies.Refuse, policies.Deprefer, policies.Tag} {
			if w.String() == word {
				c.Policies[list] = w
			}
		}
	}
	return c
}

// chosen is a list of its own: what names hold stands for its treatment.
func chosen(name string, f filters.Filter, spared ...string) build.ChosenList {
	f.Treatment = "choice"
	return build.ChosenList{Name: name,
		Compiled: &filters.Compiled{Filters: []filters.Filter{f}, Protected: entries(spared...)}}
}

// exported returns the export policy, one statement a line.
func exported(p *policies.RoutingPolicy) []string {
	sets := map[string]string{}
	for name, addresses := range policies.SetsOf[policies.Neighbors](p) {
		sets[name] = fmt.Sprint(addresses)
	}
	for name, patterns := range policies.SetsOf[policies.LargeCommunities](p) {
		sets[name] = fmt.Sprint(patterns)
	}
	var lines []string
	for _, s := range p.Export {
		line := s.Name + ":"
		if c := s.Conditions.NeighborSet; c.Set != "" {
			line += " " + sets[c.Set]
		}
		lines = append(lines, digests.ReplaceAllString(line+" "+sets[s.Conditions.LargeCommunitySet.Set]+" ->"+
			actions(s.Actions), ""))
	}
	return lines
}

var tagged = regexp.MustCompile(`64500:66601:([0-9]+)`)

// named gives the values of tags, which are hashes, the numbers of their coming.
func named(p *policies.RoutingPolicy) []string {
	lines := append(written(p), exported(p)...)
	values := []string{}
	for i, line := range lines {
		lines[i] = tagged.ReplaceAllStringFunc(line, func(s string) string {
			if !slices.Contains(values, s) {
				values = append(values, s)
			}
			return fmt.Sprint("T", slices.Index(values, s)+1)
		})
	}
	return lines
}

func TestBuildWith(t *testing.T) {
	mild := policies.Treatment{Name: "mild",
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 2}}}
	quiet := policies.Treatment{Name: "quiet", Prepend: 1, Audience: policies.Choosers}
	all := []policies.Treatment{refuse, deprefer, slow, mild, quiet}
	one := entries("192.0.2.0/24")
	tests := map[string]struct {
		filters []filters.Filter
		lists   []build.ChosenList
		members []string
		want    []string
	}{
		"nobody": {
			filters: []filters.Filter{{Treatment: "quiet", Prefixes: one}},
			lists:   []build.ChosenList{chosen("bad", filters.Filter{Prefixes: one})},
		},
		"about a list that is not there": {
			lists:   []build.ChosenList{chosen("bad", filters.Filter{Prefixes: one})},
			members: []string{"192.0.2.1: worse refuse"},
		},
		"one refuses": {
			filters: []filters.Filter{{Treatment: "quiet", Prefixes: one}},
			lists:   []build.ChosenList{chosen("bad", filters.Filter{Prefixes: one})},
			members: []string{"2001:db8::1 192.0.2.1: bad refuse"},
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$ ^64500:66601:[0-9]+$] -> " +
					"-^64500:66600:[0-9]+$ -^64500:66601:[0-9]+$",
				"depeer/002-choice-bad-prefix4: depeer/choice-bad/prefix4 192.0.2.0/24 24..32 -> +T1 +64500:66600:1",
				"depeer/003-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/001-refuse1: [192.0.2.1 2001:db8::1] [^T1$] -> reject",
				"depeer/002-strip: [^T1$] -> -^T1$",
			},
		},
		"all wishes, and what the exchange does already": {
			filters: []filters.Filter{
				{Treatment: "deprefer", Prefixes: entries("198.51.100.0/24")},
				{Treatment: "mild", ASNs: asn(64999)},
			},
			lists: []build.ChosenList{
				chosen("worse", filters.Filter{Prefixes: one, ASNs: asn(64999)}),
				chosen("bad", filters.Filter{Prefixes: one}),
				chosen("empty", filters.Filter{Prefixes: one}),
			},
			members: []string{
				"192.0.2.1: bad refuse, worse deprefer",
				"192.0.2.2: bad tag, worse deprefer",
				"192.0.2.3: bad refuse, worse deprefer",
				"192.0.2.4: other refuse",
			},
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$ ^64500:66601:[0-9]+$] -> " +
					"-^64500:66600:[0-9]+$ -^64500:66601:[0-9]+$",
				"depeer/002-deprefer-prefix4: depeer/deprefer/prefix4 198.51.100.0/24 24..32 -> pref 50 prepend 2 " +
					"+64500:666:1 +T1 +64500:66600:1",
				"depeer/003-short: depeer/short/prefix4 0.0.0.0/0 0..8 -> +64500:66600:2 +T1",
				"depeer/004-mild-as-path: depeer/mild/as-path [_64999$] depeer/marks/large-community none of " +
					"[^64500:66600:1$ ^64500:66600:2$] -> +64500:666:2 +T2 +64500:66600:1",
				"depeer/005-choice-bad-prefix4: depeer/choice-bad/prefix4 192.0.2.0/24 24..32 -> +T3 +64500:66600:1",
				"depeer/006-choice-worse-prefix4: depeer/choice-worse/prefix4 192.0.2.0/24 24..32 -> +T4 +64500:66600:1",
				"depeer/007-choice-worse-as-path: depeer/choice-worse/as-path [_64999$] " +
					"depeer/marks/large-community none of [^T4$] -> +T4 +64500:66600:1",
				"depeer/008-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/001-refuse1: [192.0.2.1 192.0.2.3] [^T3$] -> reject",
				"depeer/002-above-deprefer: [^T1$] -> -^T3$ -^T4$",
				"depeer/003-deprefer1: [192.0.2.1 192.0.2.3] [^T4$] -> prepend 2 +64500:666:1",
				"depeer/004-deprefer2: [192.0.2.2] [^T4$] -> prepend 2 -^T3$",
				"depeer/005-deprefer-add2: [192.0.2.2] [^T4$] -> +64500:666:1",
				"depeer/006-above-tag: [^T2$] -> -^T3$",
				"depeer/007-tag2: [192.0.2.2] [^T3$] -> +64500:666:2",
			},
		},
		"exceptions are counted through": {
			filters: []filters.Filter{{Treatment: "refuse",
				Groups: []filters.Group{{ASNs: []filters.ASN{64998}, Except: []filters.ASN{64997}}}}},
			lists: []build.ChosenList{chosen("bad",
				filters.Filter{Groups: []filters.Group{{ASNs: []filters.ASN{64999}, Except: []filters.ASN{64996}}}},
				"203.0.113.0/24")},
			members: []string{"192.0.2.1: bad tag"},
			want: []string{
				"depeer/001-scrub: depeer/marks/large-community [^64500:66600:[0-9]+$ ^64500:66601:[0-9]+$] -> " +
					"-^64500:66600:[0-9]+$ -^64500:66601:[0-9]+$",
				"depeer/002-refuse-except1: depeer/refuse/as-path [_64997_] -> +64500:66600:1001",
				"depeer/003-refuse-group1: depeer/refuse/as-path [_64998_] depeer/marks/large-community none of " +
					"[^64500:66600:1001$] -> reject",
				"depeer/004-short: depeer/short/prefix4 0.0.0.0/0 0..8 -> +64500:66600:2 +T1",
				"depeer/005-choice-bad-except2: depeer/choice-bad/as-path [_64996_] -> +64500:66600:1002",
				"depeer/006-choice-bad-group24: depeer/spared/prefix4 none of 203.0.113.0/24 24..32 " +
					"depeer/choice-bad/as-path [_64999_] depeer/marks/large-community none of [^64500:66600:1002$] " +
					"-> +T2 +64500:66600:1",
				"depeer/007-choice-bad-group26: depeer/spared/prefix6 none of ::/128 128..128 " +
					"depeer/choice-bad/as-path [_64999_] depeer/marks/large-community none of [^64500:66600:1002$] " +
					"-> +T2 +64500:66600:1",
				"depeer/008-clean: depeer/marks/large-community [^64500:66600:[0-9]+$] -> -^64500:66600:[0-9]+$",
				"depeer/001-above-tag: [^T1$] -> -^T2$",
				"depeer/002-tag1: [192.0.2.1] [^T2$] -> +64500:666:2",
				"depeer/003-strip: [^T2$ ^T1$] -> -^T2$ -^T1$",
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			choices := build.Choices{Lists: test.lists, Deprefer: deprefer, Tag: mild}
			for _, m := range test.members {
				choices.Members = append(choices.Members, chooser(m))
			}
			p := build.PolicyWithChoices(&filters.Compiled{Filters: test.filters}, all, 64500, choices)
			// strip takes the tags in the order of lists, and knows them by value
			got := slices.DeleteFunc(named(p), func(line string) bool { return strings.Contains(line, "008-strip") })
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if !policies.GenuineStatements(p.Export) || !policies.GenuineStatements(p.Import) {
				t.Error("not genuine")
			}
			for _, set := range p.Sets {
				if addresses, are := set.Elements.(policies.Neighbors); are {
					addresses = slices.Clone(addresses)
					slices.Reverse(addresses)
					set.Elements = addresses
				}
				if !set.Genuine() {
					t.Errorf("%s is not genuine", set.Name)
				}
			}
		})
	}
}

// The tags are new whenever anything changes in who has chosen what, and else the same:
// a list that grows leaves them, and the export policy, alone.
func TestTagsTellWhoHasChosenWhat(t *testing.T) {
	lists := []build.ChosenList{chosen("bad", filters.Filter{Prefixes: entries("192.0.2.0/24")}),
		chosen("worse", filters.Filter{Prefixes: entries("192.0.2.0/24")})}
	grown := []build.ChosenList{chosen("bad", filters.Filter{Prefixes: entries("192.0.2.0/24", "198.51.100.0/24")}),
		lists[1]}
	harder := deprefer
	harder.Prepend = 3
	choose := func(d policies.Treatment, lists []build.ChosenList, members ...string) *policies.RoutingPolicy {
		c := build.Choices{Lists: lists, Deprefer: d, Tag: tag}
		for _, m := range members {
			c.Members = append(c.Members, chooser(m))
		}
		return build.PolicyWithChoices(&filters.Compiled{}, []policies.Treatment{d, tag}, 64500, c)
	}
	first := choose(deprefer, lists, "192.0.2.1: bad refuse", "192.0.2.2: bad deprefer, worse tag")
	if got := len(first.Tags()); got != 2 {
		t.Fatalf("%d tags: %v", got, first.Tags())
	}
	same := map[string]*policies.RoutingPolicy{
		"again": choose(deprefer, lists, "192.0.2.1: bad refuse", "192.0.2.2: bad deprefer, worse tag"),
		"lists in other order": choose(deprefer, []build.ChosenList{lists[1], lists[0]}, "192.0.2.1: bad refuse",
			"192.0.2.2: bad deprefer, worse tag"),
		"a list has grown": choose(deprefer, grown, "192.0.2.1: bad refuse", "192.0.2.2: bad deprefer, worse tag"),
	}
	for what, p := range same {
		if diff := cmp.Diff(first.Export, p.Export); diff != "" {
			t.Errorf("%s: the export policy differs:\n%s", what, diff)
		}
	}
	other := map[string]*policies.RoutingPolicy{
		"a subscriber more": choose(deprefer, lists, "192.0.2.1: bad refuse", "192.0.2.2: bad deprefer, worse tag",
			"192.0.2.3: bad refuse"),
		"a subscriber less": choose(deprefer, lists, "192.0.2.2: bad deprefer, worse tag"),
		"an address more": choose(deprefer, lists, "192.0.2.1 192.0.2.9: bad refuse",
			"192.0.2.2: bad deprefer, worse tag"),
		"another wish": choose(deprefer, lists, "192.0.2.1: bad refuse", "192.0.2.2: bad refuse, worse tag"),
		"about the other list": choose(deprefer, lists, "192.0.2.1: worse refuse",
			"192.0.2.2: worse deprefer, bad tag"),
		"a harder treatment": choose(harder, lists, "192.0.2.1: bad refuse", "192.0.2.2: bad deprefer, worse tag"),
	}
	for what, p := range other {
		for _, tag := range p.Tags() {
			if slices.Contains(first.Tags(), tag) {
				t.Errorf("%s: the tag %s is old", what, tag)
			}
		}
	}
}
