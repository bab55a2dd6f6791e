package examples_test

import (
	"flag"
	"io/fs"
	"net/netip"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/examples"
	"depeer/filters"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
	"depeer/policies/exchange"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab"
)

var update = flag.Bool("update", false, "write what emit prints into the README")

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(examples.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// list reads a listing, of which there is nothing to be said.
func list(t *testing.T, name string) *filters.Listing {
	t.Helper()
	l, diags := listing.Read(name, read(t, name))
	if len(diags) != 0 {
		t.Fatalf("%s:\n%v", name, diags)
	}
	return l
}

// routes reads all routes of a file.
func routes(t *testing.T, name string) []policies.Route {
	t.Helper()
	members, err := lab.ReadMembers(name, read(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var all []policies.Route
	for _, m := range members {
		all = append(all, m.Announces...)
	}
	return all
}

// compile compiles lists for a day without a word, and past all guards.
func compile(t *testing.T, x *exchange.Exchange, at time.Time, lists ...*filters.Listing) *filters.Compiled {
	t.Helper()
	c, diags := filters.Compile(lists, x.Rules(at))
	if c != nil {
		diags = append(diags, x.Guard(lists, c)...)
	}
	if len(diags) != 0 {
		t.Fatalf("compile:\n%v", diags)
	}
	return c
}

// treated returns the prefixes that x's policy refuses, and those it changes.
func treated(x *exchange.Exchange, c *filters.Compiled, all []policies.Route) (refused, changed []string) {
	e := eval.New(build.Policy(c, x.Treatments, x.ASN))
	for i := range all {
		switch v := e.Verdict(&all[i]); {
		case v.Refused():
			refused = append(refused, all[i].Prefix.String())
		case v.Treated():
			changed = append(changed, all[i].Prefix.String())
		}
	}
	return refused, changed
}

func TestMcColo(t *testing.T) {
	x := exchange.Default().WithASN(64500)
	c := compile(t, x, time.Now(), list(t, "mccolo-2008/listing.yaml"))
	refused, changed := treated(x, c, routes(t, "mccolo-2008/routes.tsv"))
	want := []string{"208.66.192.0/22", "208.72.168.0/21", "208.72.173.0/24"}
	slices.Sort(refused)
	if d := cmp.Diff(want, refused); d != "" || changed != nil {
		t.Errorf("refused (-want +got):\n%s\nchanged: %v", d, changed)
	}
}

// What the README says of October: an AS alone goes blind, prefixes do not.
func TestAtrivo(t *testing.T) {
	x := exchange.Default().WithASN(64500)
	whole := list(t, "atrivo-2008/listing.yaml")
	byAS := *whole
	byAS.Providers = slices.Clone(whole.Providers)
	byAS.Providers[0].Prefixes = nil
	for _, test := range []struct {
		list    *filters.Listing
		routes  string
		refused int
		of      int
	}{
		{whole, "atrivo-2008/routes-2008-09.tsv", 28, 28},
		{whole, "atrivo-2008/routes-2008-11.tsv", 39, 39},
		{&byAS, "atrivo-2008/routes-2008-09.tsv", 28, 28},
		{&byAS, "atrivo-2008/routes-2008-11.tsv", 0, 39},
	} {
		all := routes(t, test.routes)
		refused, changed := treated(x, compile(t, x, time.Now(), test.list), all)
		if len(refused) != test.refused || len(all) != test.of || changed != nil {
			t.Errorf("%s: %d of %d refused, %d changed, want %d of %d", test.routes, len(refused), len(all),
				len(changed), test.refused, test.of)
		}
	}
}

// TestAtrivoShare counts the 30% that the README and the design speak of.
func TestAtrivoShare(t *testing.T) {
	size := func(p netip.Prefix) int { return 1 << (32 - p.Bits()) }
	before, after, by44060 := 0, 0, 0
	for _, m := range list(t, "atrivo-2008/listing.yaml").Providers[0].Prefixes {
		before += size(m.Prefix) // none lies in another
	}
	for _, r := range routes(t, "atrivo-2008/routes-2008-11.tsv") {
		if r.Path[len(r.Path)-1] == 44060 {
			by44060++
			after += size(r.Prefix)
		}
	}
	if share := 100 * after / before; by44060 != 37 || share != 30 {
		t.Errorf("AS44060 announced %d routes, %d%% of the space", by44060, share)
	}
}

// One route of a carrier is de-preferred, and none of its others.
func TestMCI(t *testing.T) {
	x := exchange.Default().WithASN(64500)
	c := compile(t, x, time.Now(), list(t, "mci-2005/listing.yaml"))
	refused, changed := treated(x, c, routes(t, "mci-2005/routes.tsv"))
	if d := cmp.Diff([]string{"198.51.100.128/25"}, changed); d != "" || refused != nil {
		t.Errorf("changed (-want +got):\n%s\nrefused: %v", d, refused)
	}
}

// The exchange's own lists, its ladder step by step, and its exception.
func TestExchange(t *testing.T) {
	const file = "exchange/depeer.yaml"
	x, diags := exchange.Read(file, read(t, file))
	if len(diags) != 0 {
		t.Fatalf("%s:\n%v", file, diags)
	}
	var lists []*filters.Listing
	for _, source := range x.Lists {
		names, err := fs.Glob(examples.Files, path.Join("exchange", source.File))
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %v, %v", source.File, names, err)
		}
		for _, name := range names {
			lists = append(lists, list(t, name))
		}
	}
	listed := routes(t, "mccolo-2008/routes.tsv") // 198.51.100.0/24 and 192.0.2.0/24 are in it
	for _, test := range []struct {
		day              string
		refused, changed []string
	}{
		{"2024-03-01", nil, []string{"192.0.2.0/25", "198.51.100.0/24"}},
		{"2024-03-05", []string{"198.51.100.0/24"}, []string{"192.0.2.0/25"}},
	} {
		at, err := time.Parse(time.DateOnly, test.day)
		if err != nil {
			t.Fatal(err)
		}
		all := append(slices.Clone(listed), policies.Route{Prefix: netip.MustParsePrefix("192.0.2.0/25"),
			Path: []filters.ASN{64497}},
			policies.Route{Prefix: netip.MustParsePrefix("2001:db8:2::/48"),
				Path: []filters.ASN{64497, 64510}}) // excepted
		refused, changed := treated(x, compile(t, x, at, lists...), all)
		slices.Sort(changed)
		if d := cmp.Diff([][]string{test.refused, test.changed}, [][]string{refused, changed}); d != "" {
			t.Errorf("%s: refused and changed (-want +got):\n%s", test.day, d)
		}
	}
	for day, want := range map[string]string{"2024-02-10": "tag", "2024-02-14": "tag", "2024-02-15": "deprefer",
		"2024-03-01": "deprefer", "2024-03-02": "depeer"} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := compile(t, x, at, lists...).Listed[0].Treatment; got != want {
			t.Errorf("%s: the first provider is treated by %q, want %q", day, got, want)
		}
	}
	if got := compile(t, x, time.Now(), lists...).Listed[2].State; got != filters.Excepted {
		t.Errorf("third host is %s, want excepted", got)
	}
}

// Every file that a README names is there.
func TestReadmes(t *testing.T) {
	named := regexp.MustCompile(`examples/[\w./-]*\w`)
	folders, err := fs.ReadDir(examples.Files, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		text := string(read(t, folder.Name()+"/README.md"))
		for _, file := range named.FindAllString(text, -1) {
			if _, err := fs.Stat(examples.Files, strings.TrimPrefix(file, "examples/")); err != nil {
				t.Errorf("%s/README.md: %v", folder.Name(), err)
			}
		}
		if !strings.Contains(text, "depeer check") {
			t.Errorf("%s/README.md does not say how to run it", folder.Name())
		}
	}
}

// What a README shows as the output of emit is its output, but for the comment
// that says which bytes it was made from.
func TestReadmeShowsEmit(t *testing.T) {
	const name = "mccolo-2008/README.md"
	x := exchange.Default()
	c := compile(t, x, time.Now(), list(t, "mccolo-2008/listing.yaml"))
	text, err := gobgpconf.Encode(build.Policy(c, x.Treatments, x.ASN), gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(string(read(t, name)), "```toml\n")
	shown, after, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatalf("%s shows no TOML", name)
	}
	if *update {
		if err := os.WriteFile(name, []byte(before+"```toml\n"+string(text)+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if d := cmp.Diff(string(text), shown); d != "" {
		t.Errorf("%s (-emit +README), go test ./examples -update writes it:\n%s", name, d)
	}
}
