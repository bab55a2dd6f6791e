// Package notify tells the service manager how a program does: that it is ready, what
// it is at, that it still moves, and that it is about to end. The protocol is systemd's
// (sd_notify(3)): datagrams to a socket that the environment names. Where it names none,
// everything here does nothing.
package notify

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Notifier tells the service manager. The zero value tells nobody.
type Notifier struct {
	conn *net.UnixConn
	// Watchdog is how often the manager wants to hear that the program still moves; 0:
	// it does not ask.
	Watchdog time.Duration
}

// New returns a notifier for what the environment names. getenv is os.Getenv.
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

// Ready tells that the program has begun to do what it is for.
func (n *Notifier) Ready() error { return n.sendState("READY=1") }

// Status tells in a line what it is at.
func (n *Notifier) Status(text string) error {
	return n.sendState("STATUS=" + strings.ReplaceAll(text, "\n", " "))
}

// Alive tells that it still moves.
func (n *Notifier) Alive() error { return n.sendState("WATCHDOG=1") }

// Stopping tells that it is about to end.
func (n *Notifier) Stopping() error { return n.sendState("STOPPING=1") }

// Close ends telling.
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
