package faults_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// everyCall has what is cut off be cut off at every call, and not at the first, a
// middle and the last one only, and the program built with the race detector, if the
// test is.
var everyCall = flag.Bool("faults.every", false, "cut, kill and freeze at every call")

// atOnce is how many tests run at once: they wait for daemons most of the time.
const atOnce = "6"

// program is the path of the depeer that is driven.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	if given := flag.Lookup("test.parallel"); given.Value.String() == given.DefValue {
		given.Value.Set(atOnce)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "depeer")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program = filepath.Join(dir, "depeer")
	args := []string{"build", "-o", program}
	if *everyCall {
		args = append(args, buildFlags...)
	}
	build := exec.Command("go", append(args, "depeer/cmd/depeer")...)
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building depeer: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
