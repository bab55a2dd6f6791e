package cli_test

import (
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"depeer/cmd/internal/cli"
	"depeer/cmd/internal/metrics"
	"depeer/cmd/internal/sdnotify"
	"depeer/policies/watch"
)

// hostileWhy is what a daemon may answer, of which a terminal would obey much.
const hostileWhy = "rs1: \x1b[31mred\a\b\r\u009b31m\u202e\x7f\nFAKED \xff"

// What systemctl status and curl show on a terminal is escaped.
func TestWatchEscapes(t *testing.T) {
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
	n, err := sdnotify.New(func(key string) string { return map[string]string{"NOTIFY_SOCKET": path}[key] })
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if err := cli.EscapeStatus(n, hostileWhy); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1000)
	manager.SetReadDeadline(time.Now().Add(10 * time.Second))
	size, err := manager.Read(b)
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New("test")
	cli.EscapeWhy(m, "rs1", watch.Unreachable, hostileWhy)
	answer := httptest.NewRecorder()
	m.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "/healthz", nil))
	for where, shown := range map[string]string{"status": string(b[:size]), "/healthz": answer.Body.String()} {
		if strings.ContainsFunc(strings.TrimSpace(shown), func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Errorf("%s: %q", where, shown)
		}
		if !strings.Contains(shown, "red") {
			t.Errorf("%s says nothing: %q", where, shown)
		}
	}
}
