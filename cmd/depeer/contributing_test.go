package main_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestContributingNamesTheRooms holds that the table of packages in CONTRIBUTING names each package of the
// plan of the house, and none that is not there.
func TestContributingNamesTheRooms(t *testing.T) {
	text, err := os.ReadFile("../../.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "\n## The rooms\n")
	table, _, _ = strings.Cut(table, "\n## ")
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`.*`) \\|").FindAllStringSubmatch(table, -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			named[name[1]] = true
			if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(name[1]))); err != nil {
				t.Errorf("CONTRIBUTING names %s: %v", name[1], err)
			}
		}
	}
	for name := range rooms {
		if !named[name] {
			t.Errorf("CONTRIBUTING has no row for %s", name)
		}
	}
}

// TestContributingNamesFilesThatAreThere holds that each path in CONTRIBUTING leads somewhere.
func TestContributingNamesFilesThatAreThere(t *testing.T) {
	text, err := os.ReadFile("../../.github/CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	paths := regexp.MustCompile("`((?:cmd|examples|filters|policies)/[A-Za-z0-9_./-]+)`").FindAllStringSubmatch(string(text), -1)
	if len(paths) < 100 {
		t.Errorf("CONTRIBUTING names %d paths only", len(paths))
	}
	for _, path := range paths {
		if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(path[1]))); err != nil {
			t.Errorf("CONTRIBUTING names %s: %v", path[1], err)
		}
	}
}
