package examples_test

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/exchange"
)

// table opens a table of the private data, and skips where there is none.
func table(t *testing.T, name string) io.Reader {
	t.Helper()
	f, err := os.Open(filepath.Join(cmp.Or(os.Getenv("DEPEER_DATA"), "../../shared/data"), "tables", name))
	if os.IsNotExist(err) {
		t.Skipf("no data: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if !strings.HasSuffix(name, ".gz") {
		return f
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// The routes of the examples are those of the tables, no more and no fewer.
func TestRoutesAreReal(t *testing.T) {
	want := map[string][]string{}
	for lines := bufio.NewScanner(table(t, "atrivo-mccolo-2008.tsv")); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) != 3 || f[0] == "#" {
			continue
		}
		file := "mccolo-2008/routes.tsv"
		if f[2] != "AS26780" {
			file = "atrivo-2008/routes-" + f[0][:7] + ".tsv"
		} else if f[0] != "2008-11-01" {
			continue // the same three in September
		}
		want[file] = append(want[file], f[1]+" "+f[2])
	}
	if len(want) != 3 {
		t.Fatalf("the table has %d examples", len(want))
	}
	for file, want := range want {
		var got []string
		for _, r := range routes(t, file) {
			if origin := r.Path[len(r.Path)-1]; origin < 64496 || origin > 64511 {
				got = append(got, r.Prefix.String()+" AS"+origin.String())
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if d := gocmp.Diff(want, got); d != "" {
			t.Errorf("%s (-table +example):\n%s", file, d)
		}
	}
}

// None of the 1,068 routes that AS701 originated that month is touched.
func TestMCILeavesTheTransitAlone(t *testing.T) {
	var all []policies.Route
	for lines := bufio.NewScanner(table(t, "pfx2as-20050201.tsv.gz")); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 2 && f[1] == "701" {
			all = append(all, policies.Route{Prefix: netip.MustParsePrefix(f[0]), Path: []filters.ASN{64496, 701}})
		}
	}
	x := exchange.Default().WithASN(64500)
	refused, changed := treated(x, compile(t, x, time.Now(), list(t, "mci-2005/listing.yaml")), all)
	if len(all) != 1068 || refused != nil || changed != nil {
		t.Errorf("of %d routes %v are refused and %v changed", len(all), refused, changed)
	}
}
