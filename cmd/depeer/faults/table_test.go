package faults_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTableOfFaults holds that each test that FAULTS.md names is there, and that each
// comment about a row leads to one.
func TestTableOfFaults(t *testing.T) {
	root, files := sources(t)
	table := read(t, filepath.Join(root, "cmd/depeer/faults/FAULTS.md"))
	rows := regexp.MustCompile(`(?m)^\|(\d+)\|.*\|([^|]*)\|$`).FindAllStringSubmatch(table, -1)
	if len(rows) < 65 {
		t.Fatalf("%d rows, want at least 65", len(rows))
	}
	named := map[string]bool{}
	var all strings.Builder
	for _, file := range files {
		if text := read(t, filepath.Join(root, file)); strings.HasSuffix(file, "_test.go") {
			all.WriteString(text)
		}
	}
	for _, row := range rows {
		named[row[1]] = true
		if strings.TrimSpace(row[2]) == "open" {
			continue
		}
		tests := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1)
		if len(tests) == 0 {
			t.Errorf("row %s names no test, and is not open", row[1])
		}
		for _, test := range tests {
			if script, is := strings.CutPrefix(test[1], "scripts/"); is {
				if _, err := os.Stat(filepath.Join(root, "cmd/internal/cli/testdata/script",
					script+".txtar")); err != nil {
					t.Errorf("row %s: %v", row[1], err)
				}
			} else if !strings.Contains(all.String(), "\nfunc "+test[1]+"(") {
				t.Errorf("row %s: there is no test %s", row[1], test[1])
			}
		}
	}
	for _, row := range regexp.MustCompile(`Rows? (\d+)`).FindAllStringSubmatch(all.String(), -1) {
		if !named[row[1]] {
			t.Errorf("a comment speaks of row %s, which FAULTS.md does not have", row[1])
		}
	}
}

// sources returns the module's folder, and its test files.
func sources(t *testing.T) (root string, files []string) {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	root = filepath.Dir(string(out))
	err = filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			file, _ := filepath.Rel(root, path)
			files = append(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return root, files
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
