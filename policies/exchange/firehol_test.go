package exchange_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies/exchange"
)

// TestFirehol holds that a firewall list, with bogons and a few /3s in it, never
// passes: not with limits as wide as they get, and every entry meant.
func TestFirehol(t *testing.T) {
	var entries []string
	for _, line := range data(t, "lists/2017-10-15.firehol_level1.netset.gz") {
		if !strings.HasPrefix(line, "#") && line != "" {
			if !strings.Contains(line, "/") {
				line += "/32"
			}
			entries = append(entries, line+" wide")
		}
	}
	l := listing(t, entries...)
	for _, limits := range []string{"", "limits: {shortest_prefix: {ipv4: 1}, max_covered: {ipv4: 10%}}\n"} {
		refused := read(t, limits).Guard([]*filters.Listing{l}, compiled(filters.InForce, l))
		codes := make(map[string]int)
		for _, r := range refused {
			codes[r.Code]++
		}
		if codes["guard-max-covered"] != 1 {
			t.Errorf("%d entries, limits %q: got %v", len(entries), limits, codes)
		}
	}
	plain := listing(t, strings.Fields(strings.ReplaceAll(strings.Join(entries, " "), " wide", ""))...)
	short := 0
	for _, r := range exchange.Default().Guard([]*filters.Listing{plain}, compiled(filters.InForce, plain)) {
		if r.Code == "guard-shortest-prefix" {
			short++
		}
	}
	if short == 0 {
		t.Error("no entry of it is too short")
	}
}

// data returns the lines of a file of real data, and skips where there is none.
func data(t *testing.T, name string) []string {
	t.Helper()
	dir := os.Getenv("DEPEER_DATA")
	if dir == "" {
		dir = "../../../shared/data"
	}
	f, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	s := bufio.NewScanner(z)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	if s.Err() != nil {
		t.Fatal(s.Err())
	}
	return lines
}
