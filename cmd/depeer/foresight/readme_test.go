package foresight_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var readmes = flag.Bool("readmes", false, "write what the program prints into the READMEs of the examples")

// What the examples' READMEs show of impact is what the program prints: each block that
// begins with a command in it holds its output.
func TestReadmesShowImpact(t *testing.T) {
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"atrivo-2008", "mci-2005"} {
		readme := filepath.Join(root, "examples", name, "README.md")
		data, err := os.ReadFile(readme)
		if err != nil {
			t.Fatal(err)
		}
		const opening = "```\n$ depeer impact "
		parts := strings.Split(string(data), opening)
		if len(parts) < 2 {
			t.Errorf("%s shows no impact", readme)
		}
		for i, part := range parts[1:] {
			line, rest, _ := strings.Cut(part, "\n")
			shown, after, ok := strings.Cut(rest, "```\n")
			if !ok {
				t.Fatalf("%s: a block without an end", readme)
			}
			cmd := depeer(t.TempDir(), append([]string{"impact"}, strings.Fields(line)...)...)
			cmd.Dir = root
			out, err := cmd.Output()
			if err != nil && cmd.ProcessState.ExitCode() != 4 { // guards refuse it: most of these routes are listed
				t.Fatalf("%s: %v", line, err)
			}
			if d := cmp.Diff(string(out), shown); d != "" && !*readmes {
				t.Errorf("%s (-program +README), go test ./cmd/depeer/foresight -readmes writes it:\n%s", readme, d)
			}
			parts[i+1] = line + "\n" + string(out) + "```\n" + after
		}
		if *readmes {
			if err := os.WriteFile(readme, []byte(strings.Join(parts, opening)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}
