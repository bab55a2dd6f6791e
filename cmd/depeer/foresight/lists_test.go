package foresight_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
)

// Lists for the script and for the program, of one text: KIND=FILE:TREATMENT,...

// scriptArg has the files of the data folder.
func scriptArg(t *testing.T, lists string) string {
	var out []string
	for list := range strings.SplitSeq(lists, ",") {
		kind, rest, _ := strings.Cut(list, "=")
		if name, treatment, _ := strings.Cut(rest, ":"); kind != "path" {
			rest = file(t, name) + ":" + treatment
		}
		out = append(out, kind+"="+rest)
	}
	return strings.Join(out, ",")
}

// listings has the program import them into dir, and returns the names of the files.
func listings(t testing.TB, dir, lists string) []string {
	t.Helper()
	var names []string
	for list := range strings.SplitSeq(lists, ",") {
		kind, rest, _ := strings.Cut(list, "=")
		name, treatment, _ := strings.Cut(rest, ":")
		if kind == "path" {
			write(t, dir, "path.yaml", "version: 1\nlist: {name: path}\ndefaults: {treatment: "+treatment+
				"}\nproviders:\n"+
				"  - {name: MCI, asns: [{asn: "+name+", match: path, wide: true}]}\n")
		} else {
			succeeds(t, depeer(dir, "import", "spamhaus-"+kind, file(t, name), "--treatment", treatment, "-o",
				kind+".yaml"))
		}
		names = append(names, kind+".yaml")
	}
	return names
}

var recording sync.Mutex

// record writes what the script has counted.
func record(t *testing.T, table string, counted map[string]answer) {
	recording.Lock()
	defer recording.Unlock()
	const name = "testdata/counts.json"
	all := make(map[string]map[string]summary)
	text, err := os.ReadFile(name)
	if err != nil || json.Unmarshal(text, &all) != nil {
		t.Fatalf("%s: %v", name, err)
	}
	all[table] = make(map[string]summary)
	for question, a := range counted {
		all[table][question] = a.summary()
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", "\t")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
