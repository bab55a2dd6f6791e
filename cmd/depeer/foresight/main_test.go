package foresight_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is the path of the depeer that is driven: without the race detector, which
// would make it another program.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "depeer")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "depeer")
	if out, err := exec.Command("go", "build", "-o", program, "depeer/cmd/depeer").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building depeer: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// file returns the name of a file of the data folder; the test is skipped where the
// folder is missing.
func file(t testing.TB, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(cmp.Or(os.Getenv("DEPEER_DATA"), "../../../../shared/data"), name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); os.IsNotExist(err) {
		t.Skipf("no data: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	return path
}

// depeer returns the program, not started yet, in a folder of its own.
func depeer(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "DEPEER_STATE=" + filepath.Join(dir, "state")}
	return cmd
}

// succeeds returns what a command writes on stdout.
func succeeds(t testing.TB, cmd *exec.Cmd) []byte {
	t.Helper()
	out, err := cmd.Output()
	if err != nil {
		text := ""
		if exit, ok := err.(*exec.ExitError); ok {
			text = string(exit.Stderr)
		}
		t.Fatalf("%v: %v\n%s", cmd.Args, err, text)
	}
	return out
}

// installed returns the path of a program that a test compares with, or "" where it is
// missing: that fails the test where CI=true.
func installed(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is needed: %v", name, err)
	}
	return path
}

func write(t testing.TB, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
