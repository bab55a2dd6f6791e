package examples_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"depeer/policies/watch"
)

// The unit is one that systemd takes without a word, and finds safe.
func TestUnit(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatal(err)
	} else if err != nil {
		t.Skip("systemd-analyze is needed")
	}
	text, err := os.ReadFile("watch/depeer-watch.service")
	if err != nil {
		t.Fatal(err)
	}
	truth, err := exec.LookPath("true")
	if err != nil {
		t.Fatal(err)
	}
	// That the program is installed is not what is asked here.
	unit := filepath.Join(t.TempDir(), "depeer-watch.service")
	if err := os.WriteFile(unit, []byte(strings.Replace(string(text), "/usr/local/bin/depeer", truth, 1)),
		0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(analyze, "verify", "--man=no", unit).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "depeer-watch") {
			t.Errorf("systemd: %s", line)
		}
	}
	if err != nil && len(out) == 0 {
		t.Error(err)
	}
	// 2.0 of 10 is what systemd calls OK.
	out, err = exec.Command(analyze, "security", "--offline=yes", "--no-pager", "--threshold=20", unit).CombinedOutput()
	if err != nil {
		t.Errorf("systemd-analyze security: %v\n%s", err, out)
	}
	t.Log(regexp.MustCompile(`Overall exposure level.*`).FindString(string(out)))
}

// The README explains each state that a target can be in.
func TestStates(t *testing.T) {
	text, err := os.ReadFile("watch/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range watch.States() {
		if !strings.Contains(string(text), "| `"+s.String()+"` |") {
			t.Errorf("the README does not explain %q", s)
		}
	}
}
