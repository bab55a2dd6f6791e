package plan_test

import (
	"flag"
	"fmt"
	"os"
	"testing"
)

// TestMain makes random tests fewer under the race detector, which makes them five times
// as slow and has nothing to find where nothing is concurrent: .ci/run runs this package
// without it, too.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); raced && checks.Value.String() == checks.DefValue {
		if err := flag.Set("rapid.checks", "15"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}
