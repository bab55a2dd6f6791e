package exchange_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
	"depeer/policies/exchange"
)

var update = flag.Bool("update", false, "write the golden files anew")

// files returns the files of a pattern, and fails where there are none.
func files(t *testing.T, pattern string) []string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files %s: %v", pattern, err)
	}
	return names
}

func load(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestBad reads a file for each mistake, and one for each warning.
func TestBad(t *testing.T) {
	for _, file := range files(t, "testdata/bad/*.yaml") {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		t.Run(name, func(t *testing.T) {
			ex, diags := exchange.Read(name+".yaml", load(t, file))
			if (ex == nil) != (diags.Worst() == diag.Error) {
				t.Errorf("exchange is nil: %t, worst complaint is %v", ex == nil, diags.Worst())
			}
			var got strings.Builder
			for _, d := range diags {
				got.WriteString(d.String() + "\n")
			}
			want := strings.TrimSuffix(file, ".yaml") + ".want"
			if *update {
				if err := os.WriteFile(want, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if got.Len() == 0 {
				t.Error("nothing is said about it")
			}
			if diff := cmp.Diff(string(load(t, want)), got.String()); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

// TestEveryCode holds that each code that this package gives stands in a .want file.
func TestEveryCode(t *testing.T) {
	var wants strings.Builder
	for _, file := range files(t, "testdata/bad/*.want") {
		wants.Write(load(t, file))
	}
	given := regexp.MustCompile(`(?:Errorf\(|Warnf\(|Code: )"([a-z-]+)"`)
	codes := 0
	for _, file := range files(t, "*.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range given.FindAllStringSubmatch(string(load(t, file)), -1) {
			codes++
			if !strings.Contains(wants.String(), "[exchange-"+m[1]+"]") {
				t.Errorf("%s: no bad file for exchange-%s", file, m[1])
			}
		}
	}
	if codes < 30 {
		t.Errorf("found %d codes only: the pattern is out of date", codes)
	}
}
