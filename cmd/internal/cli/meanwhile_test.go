package cli_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/cmd/internal/cli"
	"depeer/filters/diag"
	"depeer/policies/operate"
)

const (
	intoList = "version: 1\nlist: {name: ours}\ndefaults: {treatment: depeer}\n" +
		"providers: [{name: A, prefixes: [8.8.8.0/24]}]\n"
	intoConfiguration = "[[policy-definitions]]\nname = \"depeer\"\n[[policy-definitions]]\nname = \"depeer-export\"\n"
)

// editing is a judge that is slow: while it thinks, somebody edits the file, so often.
type editing struct {
	operate.FileJudge
	t    *testing.T
	file string
	left int
}

func (e *editing) Diagnose(context.Context, string, []byte, []byte) (diag.List, error) {
	if e.left == 0 {
		return nil, nil
	}
	e.left--
	text, err := os.ReadFile(e.file)
	if err == nil {
		err = os.WriteFile(e.file, append([]byte("# an edit\n"), text...), 0o600)
	}
	if err != nil {
		e.t.Error(err)
	}
	return nil, nil
}

// Row 63: what is written into a gobgpd.conf while emit --into works is not lost.
func TestIntoMeanwhile(t *testing.T) {
	for edits, want := range map[int]cli.Code{0: cli.OK, 1: cli.OK, 3: cli.OK, 100: cli.Held} {
		dir := t.TempDir()
		list, file := filepath.Join(dir, "list.yaml"), filepath.Join(dir, "gobgpd.conf")
		for name, text := range map[string]string{list: intoList, file: intoConfiguration} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Setenv("XDG_CONFIG_HOME", dir)
		var out bytes.Buffer
		judge := &editing{t: t, file: file, left: edits}
		got := cli.RunJudged(t.Context(), cli.Streams{In: strings.NewReader(""), Out: &out, Err: &out},
			[]string{"emit", "--into", file, list}, judge)
		if got != want {
			t.Errorf("%d edits: exit %d, want %d\n%s", edits, got, want, out.String())
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		done := edits - judge.left
		if n := strings.Count(string(text), "# an edit"); n != done {
			t.Errorf("%d edits: the file has %d of %d", edits, n, done)
		}
		if has := strings.Contains(string(text), "8.8.8.0/24"); has != (want == cli.OK) {
			t.Errorf("%d edits: it has the list: %v", edits, has)
		}
	}
}
