package persist_test

import (
	"os"
	"runtime"
	"syscall"
	"testing"
)

// asSomebody runs f as somebody who may not write everywhere: of root, this thread
// becomes nobody where files are concerned.
func asSomebody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	const nobody = 65534
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := syscall.Setfsuid(nobody); err != nil {
		t.Fatal(err)
	}
	defer syscall.Setfsuid(0)
	f()
}
