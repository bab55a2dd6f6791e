package gobgp_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTableOfFacts holds that FACTS.md and the tests called TestFact... agree: each row names tests that
// exist, and each test stands in one row.
func TestTableOfFacts(t *testing.T) {
	table, err := os.ReadFile("FACTS.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{} // of each test
	for line := range strings.Lines(string(table)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || cells[0] == " fact " {
			continue
		}
		if len(cells) != 3 || strings.TrimSpace(cells[0]) == "" || strings.TrimSpace(cells[1]) == "" {
			t.Errorf("not a fact, what follows and a test: %s", line)
			continue
		}
		tests := regexp.MustCompile("`(TestFact[A-Za-z0-9]+)`").FindAllStringSubmatch(cells[2], -1)
		if len(tests) == 0 {
			t.Errorf("a fact without a test: %s", cells[0])
		}
		for _, test := range tests {
			rows[test[1]]++
		}
	}
	for _, test := range findFactTests(t) {
		if rows[test] != 1 {
			t.Errorf("FACTS.md has %d rows for %s, want 1", rows[test], test)
		}
		delete(rows, test)
	}
	for test := range rows {
		t.Errorf("FACTS.md names %s, and there is no such test", test)
	}
}

// findFactTests returns the names of the module's tests called TestFact....
func findFactTests(t *testing.T) (tests []string) {
	t.Helper()
	root := filepath.Join("..", "..")
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatal(err)
	}
	declaration := regexp.MustCompile(`(?m)^func (TestFact[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range declaration.FindAllStringSubmatch(string(text), -1) {
			tests = append(tests, match[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tests
}
