package cli_test

import (
	"fmt"
	"os"
	"strings"
)

// peakVariable names the file to which the program, as tests run it, writes how
// much memory it had at most. What the kernel counts for its parent (rusage) will not
// do: that begins with the test itself, of which the process was a copy.
const peakVariable = "DEPEER_TEST_PEAK"

// notePeak is the program's side of it.
func notePeak() {
	name := os.Getenv(peakVariable)
	if name == "" {
		return
	}
	status, err := os.ReadFile("/proc/self/status")
	if err == nil {
		err = os.WriteFile(name, status, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// peakMemory returns what the program has written, in bytes. The race detector
// takes several times what the program does: nothing is known then.
func peakMemory(file string) (bytes int64, known bool) {
	status, err := os.ReadFile(file)
	_, rest, found := strings.Cut(string(status), "VmHWM:")
	if err != nil || !found || raced {
		return 0, false
	}
	var kib int64
	_, err = fmt.Sscan(rest, &kib)
	return kib << 10, err == nil
}
