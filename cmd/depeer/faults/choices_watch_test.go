package faults_test

import (
	"testing"

	"depeer/policies/lab/testbed"
)

// Watch brings in what members choose when the exchange file says so, and puts it back
// after a restart.
func TestWatchAndChoices(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, nil)
	x.wishes = map[int]string{carol: "refuse"}
	x.files()
	watcher := x.watchOn("ours.yaml", "--at", "2026-02-01")
	comes := func(step string) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error { return x.wrong() })
		x.right(step)
	}
	comes("one refuses")
	watcher.says(0, "state=in-sync")
	from := watcher.mark()
	x.wishes = map[int]string{carol: "deprefer", erin: "refuse"}
	x.files()
	comes("and another")
	watcher.says(from, "state=in-sync")
	from = watcher.mark()
	x.Daemon.Restart()
	watcher.says(from, "msg=repaired")
	comes("restarted")
	watcher.ends()
	x.on("status", "ours.yaml", "--at", "2026-02-01").exits(0)
}
