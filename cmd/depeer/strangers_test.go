package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// strangers are the packages that somebody else's program would import first.
var strangers = []string{
	"filters", "filters/listing", "filters/feed", "policies", "policies/build", "policies/eval", "policies/exchange",
	"policies/gobgp", "policies/impact", "policies/operate", "policies/plan", "policies/rib/mrt",
}

// Each of them has an example that runs with the tests.
func TestPackagesForStrangersHaveExamples(t *testing.T) {
	for _, name := range strangers {
		text, err := os.ReadFile(filepath.Join("../..", filepath.FromSlash(name), "example_test.go"))
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(string(text), "\nfunc Example") ||
			!strings.Contains(strings.ToLower(string(text)), "output:\n") { // or "Unordered output:"
			t.Errorf("%s: no example with an output", name)
		}
	}
}
