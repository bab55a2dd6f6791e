package gobgpconf_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/gobgpconf"
)

// chunk is a piece of an operator's file, whole lines.
type chunk struct {
	text string
	ours bool // a definition of ours, pasted by hand
}

func (c chunk) blank() bool { return strings.TrimSpace(c.text) == "" }

// Whatever an operator's file looks like and whatever goes in: gobgpd's own
// reader finds everything of theirs as it was, every byte of theirs is where it
// was, and doing it twice is doing it once.
func TestIntoKeepsTheRest(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		before, after, marked := drawFile(t)
		newline := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "newline")
		text := func(s string) string { return strings.ReplaceAll(s, "\n", newline) }
		old := joinPath(before) + joinPath(after)
		if marked {
			old = joinPath(before) + "# depeer: begin\n" + definitions + "# depeer: end\n" + joinPath(after)
		}
		old = text(old)
		p := drawPolicy(t)

		got, l := gobgpconf.ReplacePart("gobgpd.conf", []byte(old), p, nil)
		if l.Worst() == diag.Error {
			t.Fatalf("refused:\n%s\n%s", said(l), old)
		}
		part, err := gobgpconf.Encode(p, gobgpconf.TOML, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := text(theirs(before) + string(part) + theirs(after))
		if !marked {
			kept := text(theirs(append(before, after...)))
			want = kept + strings.Repeat(newline, missing(kept, newline)) + text(string(part))
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Fatalf("the bytes differ (-want +got):\n%s\nold:\n%s", diff, old)
		}
		again, l := gobgpconf.ReplacePart("gobgpd.conf", got, p, nil)
		if !bytes.Equal(again, got) {
			t.Fatalf("done twice, the file differs:\n%s\n%s", again, said(l))
		}
		was, is := readBack(t, dir, old), readBack(t, dir, string(got))
		mine := withoutTheirs(is)
		if diff := cmp.Diff(withoutTheirs(readBack(t, dir, string(part))), mine); diff != "" {
			t.Fatalf("gobgpd reads something else as ours (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(withoutOurs(was), withoutOurs(is)); diff != "" {
			t.Fatalf("gobgpd reads something of theirs in another way (-want +got):\n%s", diff)
		}
	})
}

// missing returns how many line endings stand between a file and a part at its end.
func missing(s, newline string) int {
	switch {
	case s == "" || strings.HasSuffix(s, newline+newline):
		return 0
	case strings.HasSuffix(s, newline):
		return 1
	default:
		return 2
	}
}

func joinPath(chunks []chunk) string {
	var b strings.Builder
	for _, c := range chunks {
		b.WriteString(c.text)
	}
	return b.String()
}

// theirs returns what has to be left: all that is not ours, nor blank between
// two of ours.
func theirs(chunks []chunk) string {
	var b, blank strings.Builder
	behindOurs := false
	for _, c := range chunks {
		switch {
		case c.ours:
			if !behindOurs {
				b.WriteString(blank.String())
			}
			blank.Reset()
			behindOurs = true
		case c.blank():
			blank.WriteString(c.text)
		default:
			b.WriteString(blank.String() + c.text)
			blank.Reset()
			behindOurs = false
		}
	}
	return b.String() + blank.String()
}

const definitions = `[[policy-definitions]]
name = "depeer"
[[policy-definitions]]
name = "depeer-export"
`

// fillers stand between sections; what looks like a mark or a header in here is none.
var fillers = []string{"\n", "\n\n", "  \t\n", "# a comment\n", "  # [[policy-definitions]]\n", "#\n#depeer: begin\n",
	"# depeer: beginning\n", "\n# über\n\n"}

// drawFile draws sections of an operator's file, before and after our part; if it
// is not marked, ours may stand anywhere, or nowhere.
func drawFile(t *rapid.T) (before, after []chunk, marked bool) {
	marked = rapid.Bool().Draw(t, "marked")
	pasted := !marked && rapid.Bool().Draw(t, "pasted")
	sections := []chunk{{text: "[global.config]\nas = 64500\nrouter-id = \"192.0.2.1\"\n"}}
	for i := range rapid.IntRange(0, 3).Draw(t, "policies") {
		sections = append(sections, chunk{text: drawSet(t, i)}, chunk{text: drawTheirPolicy(t, i)})
	}
	lists := []string{"theirs0"}
	if len(sections) == 1 {
		lists = nil
	}
	if pasted {
		for _, s := range strings.SplitAfter(definitions, "\"depeer\"\n") {
			sections = append(sections, chunk{s, true})
		}
		if rapid.Bool().Draw(t, "old sets") {
			sections = append(sections,
				chunk{"[[defined-sets.prefix-sets]]\nprefix-set-name = 'depeer/old'\n# not " +
					"theirs\n\n[[defined-sets.prefix-sets.prefix-list]] # nor this\n  ip-prefix = \"192.0.2.0/24\"\n",
					true},
				chunk{"[[ defined-sets . \"bgp-defined-sets\".as-path-sets ]]\nas-path-set-name = " +
					"\"depeer/\\u006Fld\"\nas-path-list = [\n  # depeer: end\n  \"_1_\",\n]\n", true})
		}
	}
	if marked || pasted {
		lists = append([]string{"depeer"}, lists...)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "neighbors") {
		sections = append(sections, chunk{text: drawNeighbor(t, i, lists)})
	}
	sections = rapid.Permutation(sections).Draw(t, "order")
	var all []chunk
	for _, s := range sections {
		for range rapid.IntRange(0, 2).Draw(t, "fillers") {
			all = append(all, chunk{text: rapid.SampledFrom(fillers).Draw(t, "filler")})
		}
		all = append(all, s)
	}
	if rapid.Bool().Draw(t, "no last line ending") {
		all[len(all)-1].text = strings.TrimSuffix(all[len(all)-1].text, "\n")
	}
	if !marked {
		return all, nil, false
	}
	// The part goes before a section, or to the end of a file that ends in a newline.
	at := rapid.SampledFrom(slices.Collect(func(yield func(int) bool) {
		for i, c := range all {
			if strings.HasPrefix(c.text, "[") && !yield(i) {
				return
			}
		}
		if strings.HasSuffix(all[len(all)-1].text, "\n") {
			yield(len(all))
		}
	})).Draw(t, "part at")
	return all[:at], all[at:], true
}

func drawSet(t *rapid.T, i int) string {
	return fmt.Sprintf(rapid.SampledFrom(setStyles).Draw(t, "set"), i)
}

func drawTheirPolicy(t *rapid.T, i int) string {
	return fmt.Sprintf(rapid.SampledFrom(policyStyles).Draw(t, "policy"), i)
}

// drawNeighbor names policies as only defined ones may be.
func drawNeighbor(t *rapid.T, i int, lists []string) string {
	quoted := make([]string, len(lists))
	for j, name := range lists {
		quoted[j] = fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf(rapid.SampledFrom(neighborStyles).Draw(t, "neighbor"), i+1, strings.Join(quoted, ", "))
}

var setStyles = []string{
	"[[defined-sets.prefix-sets]]\nprefix-set-name = \"set%d\"\nprefix-list = [{ip-prefix = \"10.0.0.0/8\", " +
		"masklength-range = \"8..32\"}] # bogons\n",
	"[[defined-sets.prefix-sets]]\nprefix-set-name = \"set%d\"\n\n  [[defined-sets.prefix-sets.prefix-list]]\n  " +
		"ip-prefix = \"10.0.0.0/8\"\n  [[defined-sets.prefix-sets.prefix-list]]\n  ip-prefix = \"11.0.0.0/8\"\n",
	"[['defined-sets'.prefix-sets]]\nprefix-list = [\n  # depeer: begin\n  {ip-prefix = " +
		"\"10.0.0.0/8\"},\n]\nprefix-set-name = '''set%d'''\n",
}

var policyStyles = []string{
	"[[policy-definitions]]\nname = \"theirs%[1]d\"\n",
	"[[policy-definitions]]\nname = \"theirs%[1]d\"\n  [[policy-definitions.statements]]\n  name = \"s%[1]d\"\n    " +
		"[policy-definitions.statements.conditions.match-prefix-set]\n    prefix-set = \"set%[1]d\"\n    " +
		"[policy-definitions.statements.actions]\n    route-disposition = \"reject-route\"\n",
	"[[ policy-definitions ]]\nstatements = [\n  {name = \"s%[1]d\", conditions = {match-prefix-set = {prefix-set = " +
		"\"set%[1]d\", match-set-options = \"invert\"}}},\n]\nname = '''\ntheirs%[1]d''' # theirs\n",
}

var neighborStyles = []string{
	"[[neighbors]]\n[neighbors.config]\nneighbor-address = \"203.0.113.%d\"\npeer-as = 64496\ndescription = " +
		"\"\"\"\n# depeer: " +
		"begin\n[[policy-definitions]]\n\"\"\"\n[neighbors.apply-policy.config]\nimport-policy-list = [%s]\n",
	"[[neighbors]]\nconfig = {neighbor-address = \"203.0.113.%d\", peer-as = " +
		"64496}\napply-policy.config.import-policy-list = [\n  %s\n]\nroute-server.config.route-server-client = true\n",
	"[[neighbors]]\n  [neighbors.config] # one more\n  neighbor-address = \"203.0.113.%d\"\n  peer-as = 0xfbf0\n  " +
		"description = '''it's\n# depeer: end\n'''\n  [neighbors.apply-policy]\n  config = {export-policy-list = [%s]}\n",
}

// drawPolicy draws a policy of ours.
func drawPolicy(t *rapid.T) *policies.RoutingPolicy {
	p := &policies.RoutingPolicy{}
	for i := range rapid.IntRange(0, 3).Draw(t, "prefix sets") {
		name, entries := fmt.Sprintf("depeer/%d", i), policies.Prefixes{}
		for range rapid.IntRange(1, 4).Draw(t, "entries") {
			b := rapid.Uint8().Draw(t, "octet")
			bits := rapid.IntRange(0, 32).Draw(t, "bits")
			low := rapid.IntRange(bits, 32).Draw(t, "min")
			high := rapid.IntRange(low, 32).Draw(t, "max")
			entries = append(entries, filters.Entry{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{b, b, b, b}),
				bits).Masked(), Min: uint8(low), Max: uint8(high)})
		}
		p.Sets = append(p.Sets, policies.Set{Name: name, Elements: entries})
		p.Import = append(p.Import, policies.Statement{
			Name: fmt.Sprintf("depeer/s%d", i),
			Conditions: policies.Conditions{PrefixSet: policies.Condition{Set: name,
				Invert: rapid.Bool().Draw(t, "invert")}},
			Actions: policies.Actions{Reject: rapid.Bool().Draw(t, "reject"),
				LocalPref: rapid.Uint32().Draw(t, "pref"), Prepend: rapid.Uint8().Draw(t, "prepend")},
		})
	}
	larges := &policies.RoutingPolicy{} // whose large-community sets it has
	if rapid.Bool().Draw(t, "marks") {
		larges = marks()
	}
	if rapid.Bool().Draw(t, "paths") {
		p.Sets = append(p.Sets, setsOf(pathsOnly(), policies.ASPathSet)...)
	}
	if rapid.Bool().Draw(t, "choices") {
		with := choices()
		p.Export = with.Export
		p.Sets = append(p.Sets, setsOf(with, policies.NeighborSet)...)
		larges = with
	} else if rapid.Bool().Draw(t, "export") {
		p.Export = []policies.Statement{{Name: "depeer/export", Actions: policies.Actions{Reject: true}}}
	}
	p.Sets = append(p.Sets, setsOf(larges, policies.LargeCommunitySet)...)
	slices.SortStableFunc(p.Sets, func(a, b policies.Set) int { return int(a.Kind()) - int(b.Kind()) })
	return p
}

// setsOf returns the sets of p of one kind.
func setsOf(p *policies.RoutingPolicy, kind policies.SetKind) []policies.Set {
	return slices.DeleteFunc(slices.Clone(p.Sets), func(s policies.Set) bool { return s.Kind() != kind })
}

// readBack reads a file as gobgpd does.
func readBack(t *rapid.T, dir, text string) *oc.BgpConfigSet {
	path := filepath.Join(dir, "gobgpd.toml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c, err := oc.ReadConfigfile(path, "toml")
	if err != nil {
		t.Fatalf("gobgpd does not read it: %v\n%s", err, text)
	}
	return c
}

func ourPolicy(p oc.PolicyDefinition) bool { return p.Name == "depeer" || p.Name == "depeer-export" }
func ourPrefixes(s oc.PrefixSet) bool      { return strings.HasPrefix(s.PrefixSetName, "depeer/") }
func ourNeighbors(s oc.NeighborSet) bool {
	return strings.HasPrefix(s.NeighborSetName, "depeer/")
}
func ourPaths(s oc.AsPathSet) bool { return strings.HasPrefix(s.AsPathSetName, "depeer/") }
func ourLarges(s oc.LargeCommunitySet) bool {
	return strings.HasPrefix(s.LargeCommunitySetName, "depeer/")
}

func keep[T any](list []T, f func(T) bool) []T {
	var kept []T
	for _, v := range list {
		if f(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

func not[T any](f func(T) bool) func(T) bool { return func(v T) bool { return !f(v) } }

func withoutOurs(c *oc.BgpConfigSet) oc.BgpConfigSet {
	out := *c
	out.Global.AfiSafis = nil // all there are, in the order of a Go map
	out.PolicyDefinitions = keep(c.PolicyDefinitions, not(ourPolicy))
	out.DefinedSets.PrefixSets = keep(c.DefinedSets.PrefixSets, not(ourPrefixes))
	out.DefinedSets.NeighborSets = keep(c.DefinedSets.NeighborSets, not(ourNeighbors))
	out.DefinedSets.BgpDefinedSets.AsPathSets = keep(c.DefinedSets.BgpDefinedSets.AsPathSets, not(ourPaths))
	out.DefinedSets.BgpDefinedSets.LargeCommunitySets = keep(c.DefinedSets.BgpDefinedSets.LargeCommunitySets,
		not(ourLarges))
	return out
}

func withoutTheirs(c *oc.BgpConfigSet) oc.RoutingPolicy {
	var out oc.RoutingPolicy
	out.PolicyDefinitions = keep(c.PolicyDefinitions, ourPolicy)
	out.DefinedSets.PrefixSets = keep(c.DefinedSets.PrefixSets, ourPrefixes)
	out.DefinedSets.NeighborSets = keep(c.DefinedSets.NeighborSets, ourNeighbors)
	out.DefinedSets.BgpDefinedSets.AsPathSets = keep(c.DefinedSets.BgpDefinedSets.AsPathSets, ourPaths)
	out.DefinedSets.BgpDefinedSets.LargeCommunitySets = keep(c.DefinedSets.BgpDefinedSets.LargeCommunitySets, ourLarges)
	return out
}
