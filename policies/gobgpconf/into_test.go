package gobgpconf_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/filters/diag"
	"depeer/policies/gobgpconf"
)

// files returns the operators' files of a directory.
func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.toml"))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, path := range paths {
		if strings.Contains(path, ".golden.") {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(path), ".toml")] = text
	}
	if len(all) == 0 {
		t.Fatalf("no files in testdata/%s", dir)
	}
	return all
}

func said(l diag.List) []byte {
	var b bytes.Buffer
	for _, d := range l {
		fmt.Fprintln(&b, d)
	}
	return b.Bytes()
}

// Files of operators, each with a policy put in, and what is said about it.
func TestInto(t *testing.T) {
	for name, old := range files(t, "into") {
		t.Run(name, func(t *testing.T) {
			got, l := gobgpconf.ReplacePart("gobgpd.conf", old, marks(), []string{"From example-ix-listed."})
			golden(t, "into/"+name+".golden.toml", got)
			golden(t, "into/"+name+".golden.txt", said(l))
			again, l := gobgpconf.ReplacePart("gobgpd.conf", got, marks(), []string{"From example-ix-listed."})
			if !bytes.Equal(again, got) {
				t.Errorf("done twice, the file differs:\n%s\n%s", again, said(l))
			}
			for _, d := range l {
				if d.Code == "gobgpd-reload" {
					t.Errorf("nothing has changed, and it says: %v", d)
				}
			}
		})
	}
}

// One bad file for each mistake.
func TestIntoRefuses(t *testing.T) {
	for name, old := range files(t, "bad") {
		t.Run(name, func(t *testing.T) {
			got, l := gobgpconf.ReplacePart("gobgpd.conf", old, marks(), nil)
			if got != nil || l.Worst() != diag.Error {
				t.Errorf("got a file, and:\n%s", said(l))
			}
			golden(t, "bad/"+name+".golden.txt", said(l))
		})
	}
}

// A comment alone changes nothing in gobgpd, and costs nothing.
func TestIntoCommentOnly(t *testing.T) {
	old, _ := gobgpconf.ReplacePart("gobgpd.conf", nil, marks(), []string{"yesterday"})
	got, l := gobgpconf.ReplacePart("gobgpd.conf", old, marks(), []string{"today"})
	if !bytes.Contains(got, []byte("# today\n")) || bytes.Contains(got, []byte("yesterday")) || len(l) != 0 {
		t.Errorf("got\n%s\nand %s", got, said(l))
	}
}

func TestIntoRefusesPolicy(t *testing.T) {
	got, l := gobgpconf.ReplacePart("gobgpd.conf", nil, marks(), []string{"depeer: end"})
	if want := "gobgpd.conf: error: render: comment \"depeer: end\" looks like a marker [gobgpd-policy]\n"; got != nil || string(said(l)) != want {
		t.Errorf("got %q and %s, want %s", got, said(l), want)
	}
}
