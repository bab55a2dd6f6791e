//go:build !linux

package persist_test

import (
	"os"
	"testing"
)

// asSomebody runs f as somebody who may not write everywhere.
func asSomebody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() == 0 {
		t.Skip("root may write anywhere")
	}
	f()
}
