package listing_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/listing"
)

var update = flag.Bool("update", false, "write the .want files anew")

const reference = "../../examples/reference/listing.yaml"

// read reads a file, under a name that is in all .want files.
func read(t *testing.T, path string) (want, got string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	l, diags := listing.Read("listings.yaml", data)
	var b strings.Builder
	for _, d := range diags {
		fmt.Fprintln(&b, d)
	}
	if l != nil {
		fmt.Fprint(&b, summary(l))
	}
	golden := strings.TrimSuffix(path, ".yaml") + ".want"
	if path == reference {
		golden = "testdata/good/reference.want"
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), b.String()
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths := globbed(pattern)
	if len(paths) == 0 {
		t.Fatalf("no files %s", pattern)
	}
	return paths
}

func globbed(patterns ...string) (paths []string) {
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil {
			panic(err)
		}
		paths = append(paths, found...)
	}
	return paths
}

// One file for each mistake: what is said, and where.
func TestBadFiles(t *testing.T) {
	for _, path := range files(t, "testdata/bad/*.yaml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, got := read(t, path)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if !strings.Contains(got, ": error: ") {
				t.Errorf("no error: %q", got)
			}
		})
	}
}

func TestGoodFiles(t *testing.T) {
	for _, path := range append(files(t, "testdata/good/*.yaml"), reference) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			want, got := read(t, path)
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if strings.Contains(got, ": error: ") {
				t.Errorf("refused: %s", got)
			}
		})
	}
}

// The promise of the manual, to the letter.
func TestHostBits(t *testing.T) {
	_, got := read(t, "testdata/bad/host-bits.yaml")
	want := "listings.yaml:14:9: error: host bits set in 10.0.0.7/24 (hint: 10.0.0.0/24) [listing-host-bits]\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Every code that stands in the sources of the reader has a bad file that shows it.
func TestEveryCodeIsShown(t *testing.T) {
	shown := make(map[string]bool)
	code := regexp.MustCompile(`\[listing-([a-z0-9-]+)\]\n`)
	for _, path := range append(files(t, "testdata/bad/*.want"), files(t, "testdata/good/*.want")...) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllStringSubmatch(string(text), -1) {
			shown[m[1]] = true
		}
	}
	// Files of megabytes; strict's own tests write them.
	for _, c := range []string{"too-large", "too-many"} {
		shown[c] = true
	}
	written := regexp.MustCompile(`(?:Errorf\(|Warnf\(|errorf\([^"]*|Code: |Code(?:, e\.\w+)* = |s, p, code, hint = [^"]*|^\t\{"[^"]+", )"([a-z0-9-]+)"`)
	sources := append(files(t, "*.go"), files(t, "../strict/*.go")...)
	for _, name := range []string{"asn", "prefix", "day", "slug"} {
		sources = append(sources, "../"+name+".go")
	}
	found := 0
	for _, path := range sources {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			for _, m := range written.FindAllStringSubmatch(line, -1) {
				if found++; !shown[m[1]] {
					t.Errorf("%s: no bad file shows listing-%s", path, m[1])
				}
			}
		}
	}
	if found < 50 {
		t.Errorf("found only %d codes in the sources: has their form changed?", found)
	}
}
