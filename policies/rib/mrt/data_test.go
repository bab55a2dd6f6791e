package mrt_test

import (
	"cmp"
	"os"
	"path/filepath"
	"testing"

	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// file returns the name of a file of the data folder; the test is skipped where the
// folder is missing.
func file(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join(cmp.Or(os.Getenv("DEPEER_DATA"), "../../../../shared/data"), name)
	if _, err := os.Stat(path); os.IsNotExist(err) {
		t.Skipf("no data: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return path
}

// each reads a file of the data folder to its end, which must be a good one.
func each(t testing.TB, name string, visit func(*rib.Path)) mrt.Report {
	t.Helper()
	f, err := os.Open(file(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := mrt.NewReader(f)
	for p, err := range r.Paths() {
		if err != nil {
			t.Fatal(err)
		}
		visit(p)
	}
	return r.Report()
}
