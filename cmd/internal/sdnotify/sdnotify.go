package sdnotify

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Notifier reports to the service manager. The zero value does nothing.
type Notifier struct {
	conn *net.UnixConn
	// Watchdog is how long the manager waits for Alive before it takes the program for
	// hanging; 0: it does not watch.
	Watchdog time.Duration
}

// New returns a notifier for the socket that the environment names. getenv is os.Getenv.
func New(getenv func(string) string) (*Notifier, error) {
	n := &Notifier{}
	name := getenv("NOTIFY_SOCKET")
	if name == "" {
		return n, nil
	}
	if !strings.HasPrefix(name, "/") && !strings.HasPrefix(name, "@") {
		return n, fmt.Errorf("NOTIFY_SOCKET: %q is no socket", name) // "vsock:..." among others
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		return n, fmt.Errorf("NOTIFY_SOCKET: %w", err)
	}
	n.conn = conn
	if pid := getenv("WATCHDOG_PID"); pid == "" || pid == strconv.Itoa(os.Getpid()) {
		if usec, err := strconv.ParseInt(getenv("WATCHDOG_USEC"), 10, 64); err == nil && usec > 0 {
			n.Watchdog = time.Duration(usec) * time.Microsecond
		}
	}
	return n, nil
}

// Ready reports that the program has started its work.
func (n *Notifier) Ready() error { return n.sendState("READY=1") }

// Status reports in a line what the program is doing.
func (n *Notifier) Status(text string) error {
	return n.sendState("STATUS=" + strings.ReplaceAll(text, "\n", " "))
}

// Alive reports that the program does not hang.
func (n *Notifier) Alive() error { return n.sendState("WATCHDOG=1") }

// Stopping reports that the program is about to end.
func (n *Notifier) Stopping() error { return n.sendState("STOPPING=1") }

// Close closes the socket.
func (n *Notifier) Close() error {
	if n.conn == nil {
		return nil
	}
	return n.conn.Close()
}

func (n *Notifier) sendState(text string) error {
	if n.conn == nil {
		return nil
	}
	_, err := n.conn.Write([]byte(text))
	return err
}
