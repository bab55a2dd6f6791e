package foresight_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"hash/crc32"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
)

// What impact says of real tables is what is counted with bgpdump and a script
// (testdata/count.py), number by number and name by name. Where these are missing it
// is compared with what they have counted before (testdata/counts.json), which has no
// more of the data than numbers.

var update = flag.Bool("update", false, "have the script write testdata/counts.json")

// questions are the lists that tables are asked about, as the script is told.
var questions = map[string]string{
	"drop":    "drop=lists/2021-01-26.drop.txt:depeer",
	"asndrop": "asndrop=lists/2025-07-13.asndrop.json:depeer",
	"path":    "path=701:deprefer",
	"all":     "drop=lists/2021-01-26.drop.txt:depeer,asndrop=lists/2019-05-17.asn_drop.txt:deprefer,path=701:tag",
}

var tables = []string{
	"mrt/rrc06-20100701.tdv2.mrt.gz",
	"mrt/bview.20020722.2337.gz",
	"ix/six-seattle-20151023.tdv2.mrt.gz",
	"ix/jpix-tokyo-20151023.tdv2.mrt.gz",
}

func TestCounts(t *testing.T) {
	recorded := make(map[string]map[string]summary)
	text, err := os.ReadFile("testdata/counts.json")
	if err != nil || json.Unmarshal(text, &recorded) != nil {
		t.Fatalf("testdata/counts.json cannot be read: %v", err)
	}
	for _, table := range tables {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			counted := count(t, table)
			for name, lists := range questions {
				got := foretold(t, table, lists)
				if want, ok := counted[name]; ok {
					if d := cmp.Diff(want, got); d != "" {
						t.Errorf("%s (-counted +foretold):\n%s", name, d)
					}
				}
				if d := cmp.Diff(recorded[table][name], got.summary()); d != "" && !*update {
					t.Errorf("%s (-recorded +foretold):\n%s", name, d)
				}
			}
			if len(counted) > 0 && *update {
				record(t, table, counted)
			}
		})
	}
}

// answer is what is counted: by both in the same form.
type answer struct {
	Routes     struct{ Total, Refused, Changed int }
	Prefixes   prefixCounts
	Members    map[string]memberCounts
	Providers  map[string]providerCounts
	Collateral map[string]collateralCounts
	// A line each: provider, entry, and what is around it, or where it was seen and how often.
	Covered, Reached, Gone, Seen []string
}

type prefixCounts struct {
	Total, Refused int
	WithoutPath    int `json:"without_path"`
}

type memberCounts struct {
	Routes, Refused, Changed, Lost, Usable int
	WithoutPath                            int `json:"without_path"`
}

type providerCounts struct {
	Refused, Changed, Prefixes int
	WithoutPath                int `json:"without_path"`
	Members                    []string
}

type collateralCounts struct {
	Refused, Changed int
	WithoutPath      int `json:"without_path"`
}

// summary is what is recorded of an answer. All is a checksum of all of it.
type summary struct {
	Total, Refused, Changed                int
	Prefixes, PrefixesRefused, WithoutPath int
	Members, MembersTreated, Lost, Usable  int
	Providers, ProvidersMet                int
	Covered, Reached, Gone, Collateral     int
	Seen                                   int
	All                                    uint32
}

func (a answer) summary() summary {
	text, err := json.Marshal(a)
	if err != nil {
		panic("an answer is no JSON: " + err.Error())
	}
	s := summary{
		Total: a.Routes.Total, Refused: a.Routes.Refused, Changed: a.Routes.Changed,
		Prefixes: a.Prefixes.Total, PrefixesRefused: a.Prefixes.Refused, WithoutPath: a.Prefixes.WithoutPath,
		Members: len(a.Members), Providers: len(a.Providers),
		Covered: len(a.Covered), Reached: len(a.Reached), Gone: len(a.Gone), Collateral: len(a.Collateral),
		Seen: len(a.Seen),
		All:  crc32.ChecksumIEEE(text),
	}
	for _, m := range a.Members {
		s.Lost, s.Usable = s.Lost+m.Lost, s.Usable+m.Usable
		if m.Refused+m.Changed > 0 {
			s.MembersTreated++
		}
	}
	for _, p := range a.Providers {
		if p.Refused+p.Changed > 0 {
			s.ProvidersMet++
		}
	}
	return s
}

// count has bgpdump and the script count; nothing where they are missing, or there is
// little time.
func count(t *testing.T, table string) map[string]answer {
	if testing.Short() && !*update {
		return nil
	}
	bgpdump, python := installed(t, "bgpdump"), installed(t, "python3")
	if bgpdump == "" || python == "" {
		t.Log("bgpdump or python3 is missing: compared with what they have counted before")
		return nil
	}
	var names, args []string
	for name, lists := range questions {
		names, args = append(names, name), append(args, scriptArg(t, lists))
	}
	dump, counter := exec.Command(bgpdump, "-m", file(t, table)),
		exec.Command(python, append([]string{"testdata/count.py"}, args...)...)
	routes, err := dump.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	counter.Stdin = routes
	if err := dump.Start(); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(succeeds(t, counter)))
	if err := dump.Wait(); err != nil {
		t.Fatal(err)
	}
	counted := make(map[string]answer)
	for _, name := range names {
		var a answer
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		counted[name] = a.sorted()
	}
	return counted
}

// foretold is what impact says. Limits are out of its way.
func foretold(t *testing.T, table, lists string) answer {
	dir := t.TempDir()
	write(t, dir, "depeer.yaml", "version: 1\nexchange: {name: Example-IX, asn: 64500}\nlimits: {max_routes: 100%, "+
		"max_member_routes: 100%}\n")
	args := append([]string{"impact", "--json", "--rib", file(t, table)}, listings(t, dir, lists)...)
	var said struct {
		answer
		Members []struct {
			Address netip.Addr
			ASN     filters.ASN
			memberCounts
		}
		Providers []struct {
			ID string
			providerCounts
		}
		Covered, Reached []struct {
			Provider   string
			Prefix, By netip.Prefix
		}
		Gone []struct{ Provider, Entry string }
		Seen []struct {
			Provider, Entry, As string
			Paths               int
		}
		Collateral []struct {
			Origin filters.ASN
			collateralCounts
		}
	}
	if err := json.Unmarshal(succeeds(t, depeer(dir, args...)), &said); err != nil {
		t.Fatal(err)
	}
	a := answer{Routes: said.Routes, Prefixes: said.Prefixes, Members: map[string]memberCounts{},
		Providers: map[string]providerCounts{}, Collateral: map[string]collateralCounts{}}
	for _, m := range said.Members {
		a.Members[fmt.Sprintf("AS%s %s", m.ASN, m.Address)] = m.memberCounts
	}
	for _, p := range said.Providers {
		a.Providers[p.ID] = p.providerCounts
	}
	for _, c := range said.Collateral {
		a.Collateral["AS"+c.Origin.String()] = c.collateralCounts
	}
	for _, c := range said.Covered {
		a.Covered = append(a.Covered, fmt.Sprintf("%s %s %s", c.Provider, c.Prefix, c.By))
	}
	for _, c := range said.Reached {
		a.Reached = append(a.Reached, fmt.Sprintf("%s %s %s", c.Provider, c.Prefix, c.By))
	}
	for _, g := range said.Gone {
		a.Gone = append(a.Gone, g.Provider+" "+g.Entry)
	}
	for _, s := range said.Seen {
		a.Seen = append(a.Seen, fmt.Sprintf("%s %s %s %d", s.Provider, s.Entry, s.As, s.Paths))
	}
	return a.sorted()
}

// sorted puts the lists of an answer in order, and none in place of empty ones.
func (a answer) sorted() answer {
	for _, lines := range []*[]string{&a.Covered, &a.Reached, &a.Gone, &a.Seen} {
		slices.Sort(*lines)
		if len(*lines) == 0 {
			*lines = nil
		}
	}
	for id, p := range a.Providers {
		slices.Sort(p.Members)
		a.Providers[id] = p
	}
	return a
}
