package wanted_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/operate/wanted"
)

const (
	exchangeFile = "version: 1\nexchange: {name: Test, asn: 64500}\nlists: [{file: \"lists/*.yaml\", treatment: tag}]\n"
	list         = "version: 1\nlist: {name: own}\ndefaults: {treatment: depeer}\n" +
		"providers: [{name: Example, asns: [64999], allow_reserved: true}]\n"
)

// reader returns a reader of an exchange file that names one list, and that list's file.
func reader(t *testing.T) (func() *wanted.Reader, string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "lists", "own.yaml")
	write(t, filepath.Join(dir, "depeer.yaml"), exchangeFile)
	write(t, file, list)
	return func() *wanted.Reader { // one for each reading: it reads a file once
		return &wanted.Reader{Files: wanted.NewFiles(t.Context(), nil), Config: filepath.Join(dir, "depeer.yaml"),
			Now: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), Note: func(string, ...any) {}}
	}, file
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// What the exchange file says of a list is over what the list says.
func TestExchangeSaysTheTreatment(t *testing.T) {
	read, file := reader(t)
	for _, names := range [][]string{nil, {file}} {
		in, err := read().Load(t.Context(), names)
		if err != nil || in.Compiled == nil {
			t.Fatal(err, in)
		}
		if got := in.Compiled.Listed[0].Treatment; got != "tag" {
			t.Errorf("named %v: treatment %s", names, got)
		}
		if p := in.Policy(); len(p.Import) == 0 || p.Empty() {
			t.Errorf("named %v: nothing is asked for", names)
		}
	}
}

// A file that has become invalid is reported, and what it was before is used.
func TestLastGoodServes(t *testing.T) {
	read, file := reader(t)
	good := &wanted.LastGood{Lists: map[string]*filters.Listing{}}
	before, err := read().LoadOr(t.Context(), nil, good)
	if err != nil || len(before.Lists) != 1 {
		t.Fatal(err, before)
	}
	sum := good.Sum(before)
	write(t, file, "version: 1\nlist: {name: own\n")
	after, err := read().LoadOr(t.Context(), nil, good)
	if err != nil || len(after.Lists) != 1 || after.Compiled == nil {
		t.Fatal(err, after)
	}
	if after.Broken.Worst() != diag.Error || after.Diagnostics.Worst() == diag.Error {
		t.Errorf("broken %v, said of what is used %v", after.Broken, after.Diagnostics)
	}
	if good.Sum(after) != sum {
		t.Error("the same is asked for, and its sum differs")
	}
	alone, err := read().Load(t.Context(), nil)
	if err != nil || alone.Compiled != nil || alone.Diagnostics.Worst() != diag.Error {
		t.Errorf("without what was good: %v, %v", alone.Diagnostics, err)
	}
}

func TestNothingIsNamed(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	r := wanted.Reader{Files: wanted.NewFiles(t.Context(), nil), Note: func(string, ...any) {}}
	if name, found := r.FindConfig(); found {
		t.Skipf("this machine has %s", name)
	}
	if _, err := r.Load(t.Context(), nil); !errors.Is(err, wanted.ErrNoList) {
		t.Errorf("%v", err)
	}
}

// The exchange file of a command is the one that was there when it began.
func TestFixConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	home := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", home)
	write(t, filepath.Join(home, "depeer", "depeer.yaml"), exchangeFile)
	r := wanted.Reader{}
	r.FixConfig()
	before, found := r.FindConfig()
	if !found {
		t.Fatal("no exchange file")
	}
	write(t, "depeer.yaml", exchangeFile)
	if after, _ := r.FindConfig(); after != before {
		t.Errorf("%s, and then %s", before, after)
	}
	if err := os.Remove(before); err != nil {
		t.Fatal(err)
	}
	if after, _ := r.FindConfig(); after != before {
		t.Errorf("%s, and, once it is gone, %s", before, after)
	}
}

// Where there was none, one that appears later is not read.
func TestFixNoConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	r := wanted.Reader{}
	if name, found := r.FindConfig(); found {
		t.Skipf("this machine has %s", name)
	}
	r.FixConfig()
	write(t, "depeer.yaml", exchangeFile)
	if name, found := r.FindConfig(); found {
		t.Errorf("%s, which was not there", name)
	}
}
