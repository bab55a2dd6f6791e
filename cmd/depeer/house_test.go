package main_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rooms is the plan of the house: which packages of ours each package may
// import directly. A package that is not in it has no room yet: give it one
// here, and say in its doc.go what it is for.
var rooms = map[string][]string{
	"filters/diag":    {},
	"filters/strict":  {"filters/diag"},
	"filters":         {"filters/diag"},
	"filters/listing": {"filters", "filters/strict", "filters/diag"},
	"filters/feed":    {"filters", "filters/diag", "filters/trust"},
	"filters/trust":   {},

	"policies":       {"filters"},
	"policies/build": {"policies", "filters"},
	"policies/guard": {"filters"},
	"policies/exchange": {"policies", "policies/build", "policies/guard", "filters", "filters/feed", "filters/strict",
		"filters/diag"},
	"policies/eval":      {"policies", "filters"},
	"policies/gobgpconf": {"policies", "policies/guard", "filters", "filters/diag"},
	"policies/lab":       {"policies", "filters", "policies/gobgpconf", "policies/eval"},
	"policies/plan": {"policies", "policies/guard", "filters", "policies/counted",
		"policies/plan/session"},
	"policies/plan/session": {"policies", "filters"},
	"policies/rib":          {"policies", "filters"},
	"policies/rib/wire":     {"policies", "filters", "policies/rib"},
	"policies/rib/mrt":      {"policies", "filters", "policies/rib", "policies/rib/wire"},
	"policies/counted":      {"policies", "filters"},
	"policies/impact": {"policies", "policies/guard", "filters", "policies/counted", "policies/eval",
		"policies/rib"},
	"policies/length":  {"policies", "policies/guard", "policies/eval", "policies/plan", "policies/rib"},
	"policies/persist": {"policies", "filters", "filters/diag", "policies/plan", "policies/gobgpconf"},
	"policies/journal": {"policies/plan", "filters/trust"},
	"policies/apply": {"policies", "policies/guard", "filters", "policies/eval", "policies/plan", "policies/impact",
		"policies/length",
		"policies/journal", "policies/rib"},
	"policies/operate": {"filters", "filters/diag", "filters/trust", "filters/feed", "filters/listing", "policies", "policies/apply", "policies/build",
		"policies/counted", "policies/eval", "policies/exchange", "policies/gobgpconf", "policies/guard",
		"policies/impact", "policies/journal", "policies/length", "policies/operate/wanted", "policies/persist",
		"policies/persist/judge",
		"policies/plan", "policies/plan/session", "policies/rib", "policies/rib/mrt"},
	"policies/operate/wanted": {"filters", "filters/diag", "filters/feed", "filters/listing", "filters/strict",
		"filters/trust", "policies", "policies/build", "policies/exchange", "policies/gobgpconf"},
	"policies/watch": {},
	"policies/watch/sources": {"filters", "filters/diag", "filters/feed", "policies/exchange", "policies/operate",
		"policies/operate/wanted"},
	"policies/watch/run": {"filters", "filters/diag", "filters/feed", "policies", "policies/apply", "policies/exchange",
		"policies/gobgpconf", "policies/guard", "policies/impact", "policies/journal", "policies/length",
		"policies/operate", "policies/operate/wanted", "policies/plan", "policies/rib", "policies/watch", "policies/watch/sources"},
	"policies/gobgp": {"policies", "filters", "policies/plan", "policies/plan/session", "policies/rib", "policies/rib/wire"},

	"policies/plan/plantest": {"policies", "filters", "policies/eval", "policies/plan", "policies/plan/session"},
	"policies/apply/bench":   {}, // measurements only

	// The judge loads a file into GoBGP's own server, in a process of its own.
	"policies/persist/judge": {"filters/diag", "policies/plan", "policies/gobgpconf", "policies/gobgp"},

	"policies/lab/testbed": {"policies", "filters"},

	"policies/lab/story": {"examples", "filters", "filters/listing", "policies", "policies/apply", "policies/build",
		"policies/exchange", "policies/journal", "policies/lab", "policies/operate", "policies/plan"},

	"examples": {}, // embedded, for the lab's story

	"cmd/internal/view": {"policies", "policies/guard", "filters", "policies/operate", "policies/plan",
		"policies/impact",
		"policies/length", "policies/journal", "policies/lab/story", "filters/diag"},
	"cmd/internal/metrics": {"filters", "policies", "policies/guard", "policies/impact", "policies/length",
		"policies/plan",
		"policies/watch"},
	"cmd/internal/sdnotify":  {},
	"cmd/internal/interrupt": {},
	"cmd/internal/cmdline":   {"filters/diag"},
	"cmd/internal/cli":       {"*"},
	"cmd/depeer":             {"cmd/internal/cli", "cmd/internal/interrupt"},
	"cmd/depeer/faults":      {}, // tests alone
	"cmd/depeer/foresight":   {}, // tests alone
}

// pure packages know no GoBGP and no grpc, however indirectly, and themselves
// no files, no network, no processes and no clock.
var pure = []string{
	"filters/diag", "filters", "policies", "policies/build", "policies/guard", "policies/eval", "policies/plan",
	"policies/plan/session", "policies/rib", "policies/rib/wire", "policies/impact",
	"policies/counted", "policies/length", "policies/watch",
}

var impure = []string{"os", "io/fs", "path/filepath", "net", "net/http", "os/exec", "embed", "log", "log/slog"}

// forbidden calls must never be made, by anybody (the doc of policies/gobgp says what
// they do to a running route server).
var forbidden = []string{"SetPolicies", "DeletePolicyAssignment", "SetDefinedSets"}

type pkg struct {
	ImportPath string
	Dir        string
	Imports    []string
	Deps       []string
	GoFiles    []string
}

func TestTheHouse(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "depeer/")
		if _, err := os.Stat(filepath.Join(p.Dir, "doc.go")); err != nil {
			t.Errorf("%s has no doc.go", name)
		}
		allowed, known := rooms[name]
		if !known {
			t.Errorf("%s has no room in the plan of the house", name)
			continue
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, "depeer/")
			if isOurs && !slices.Contains(allowed, ours) && !slices.Contains(allowed, "*") {
				t.Errorf("%s imports %s", name, ours)
			}
			if imp == "gopkg.in/yaml.v3" && name != "filters/strict" {
				t.Errorf("%s imports yaml.v3: filters/strict alone reads YAML", name)
			}
		}
		if slices.Contains(pure, name) {
			checkPure(t, name, p)
		}
	}
}

// operations are the packages that a program without a command line may use.
var operations = []string{"policies/operate", "policies/operate/wanted", "policies/watch",
	"policies/watch/run", "policies/watch/sources", "policies/apply", "policies/persist"}

// Operations know no flags, do not print, and have no exit codes: they import nothing of cmd,
// and no library for command lines, however indirectly.
func TestOperationsKnowNoCommandLine(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "depeer/")
		if !slices.Contains(operations, name) {
			continue
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "depeer/cmd/") || strings.HasPrefix(dep, "github.com/urfave/cli") {
				t.Errorf("%s depends on %s", name, dep)
			}
		}
	}
}

func checkPure(t *testing.T, name string, p pkg) {
	for _, dep := range p.Deps {
		if strings.HasPrefix(dep, "github.com/osrg/gobgp") || strings.HasPrefix(dep, "google.golang.org/") {
			t.Errorf("%s depends on %s", name, dep)
		}
	}
	for _, imp := range p.Imports {
		if slices.Contains(impure, imp) {
			t.Errorf("%s imports %s", name, imp)
		}
	}
	for _, file := range p.GoFiles {
		for _, call := range selectors(t, filepath.Join(p.Dir, file)) {
			if slices.Contains([]string{"time.Now", "time.Since", "time.Until"}, call) {
				t.Errorf("%s/%s calls %s: time enters at cmd", name, file, call)
			}
		}
	}
}

func TestNobodyMakesACallThatCanCutOffAnExchange(t *testing.T) {
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			for _, call := range selectors(t, filepath.Join(p.Dir, file)) {
				_, method, _ := strings.Cut(call, ".")
				if slices.Contains(forbidden, method) {
					t.Errorf("%s/%s: %s", p.ImportPath, file, call)
				}
			}
		}
	}
}

// packages lists ours, as the go command sees them.
func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,Deps,GoFiles", "depeer/...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		// A folder that holds only tests has no room of its own.
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		t.Fatal("go list finds no package")
	}
	return all
}

// selectors returns every x.Y in a file, where x is a plain name.
func selectors(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(f, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			x := "?"
			if id, ok := sel.X.(*ast.Ident); ok {
				x = id.Name
			}
			out = append(out, x+"."+sel.Sel.Name)
		}
		return true
	})
	return out
}
