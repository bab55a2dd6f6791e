package sdnotify_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/sdnotify"
)

// What is told arrives as sd_notify(3) has it.
func TestNotify(t *testing.T) {
	dir, err := os.MkdirTemp("", "n") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "s")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	env := map[string]string{"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000000",
		"WATCHDOG_PID": strconv.Itoa(os.Getpid())}
	n, err := sdnotify.New(func(key string) string { return env[key] })
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if n.Watchdog != 30*time.Second {
		t.Errorf("watchdog every %v", n.Watchdog)
	}
	for _, err := range []error{n.Ready(), n.Status("rs1\nin-sync"), n.Alive(), n.Stopping()} {
		if err != nil {
			t.Error(err)
		}
	}
	var got []string
	for range 4 {
		b := make([]byte, 1000)
		manager.SetReadDeadline(time.Now().Add(10 * time.Second))
		size, err := manager.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b[:size]))
	}
	if diff := cmp.Diff([]string{"READY=1", "STATUS=rs1 in-sync", "WATCHDOG=1", "STOPPING=1"}, got); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// Where nobody asks nothing is told; a socket that is not there is an error.
func TestNobodyAsks(t *testing.T) {
	n, err := sdnotify.New(func(string) string { return "" })
	if err != nil || n.Watchdog != 0 || n.Ready() != nil || n.Close() != nil {
		t.Errorf("%+v, %v", n, err)
	}
	for _, name := range []string{"vsock:2:3", filepath.Join(t.TempDir(), "none")} {
		if _, err := sdnotify.New(func(key string) string { return map[string]string{"NOTIFY_SOCKET": name}[key] }); err == nil {
			t.Errorf("%s is a socket", name)
		}
	}
	env := map[string]string{"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}
	if n, _ := sdnotify.New(func(key string) string { return env[key] }); n.Watchdog != 0 {
		t.Errorf("another process is asked, and we answer every %v", n.Watchdog)
	}
}
