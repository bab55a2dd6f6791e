package testbed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"depeer/filters"
)

// Daemon is a running gobgpd, a route server.
type Daemon struct {
	ASN        filters.ASN
	Site       *Site
	Address    netip.AddrPort // where it listens for BGP
	Target     netip.AddrPort // where it listens for gRPC
	Socket     string         // and a Unix socket for the same
	ConfigFile string

	t       testing.TB
	argv    []string
	process *process
	conn    *grpc.ClientConn
	clients int // neighbors in its file
}

// binary builds the gobgpd of the module in the folder gobgpd, once per process; the go
// command keeps it in its cache. The working directory must be inside depeer's module, as
// it is for tests. (A module of its own: the daemon has the versions of its release,
// whatever depeer itself is built with.)
var binary = sync.OnceValues(func() (string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("looking for depeer's module: %w", err)
	}
	cmd := exec.Command("go", "tool", "-n", "github.com/osrg/gobgp/v3/cmd/gobgpd")
	cmd.Dir = filepath.Join(filepath.Dir(string(module)), "policies/lab/testbed/gobgpd")
	var complaint strings.Builder
	cmd.Stderr = &complaint
	path, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("building gobgpd: %w\n%s", err, complaint.String())
	}
	return strings.TrimSpace(string(path)), nil
})

// Gobgpd starts a route server, and returns when it has read its configuration. It does not start
// the members of the configuration.
func Gobgpd(t testing.TB, c Config) *Daemon {
	t.Helper()
	gobgpd, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	if c.Site == nil {
		c.Site = Claim(t)
	}
	d := &Daemon{
		t: t, ASN: c.serverASN(), Site: c.Site,
		Address:    freePort(t, c.Site.RouteServer()),
		Target:     freePort(t, c.Site.RouteServer()),
		Socket:     filepath.Join(c.Site.dir, "gobgpd.sock"),
		ConfigFile: filepath.Join(t.TempDir(), "gobgpd."+c.Format.String()),
		clients:    len(c.listNeighbors()),
	}
	d.Write(c.renderFile(t, d.Address))
	d.argv = append([]string{gobgpd, "-f", d.ConfigFile, "--log-plain", "--pprof-disable", "--metrics-path", "",
		"--api-hosts", "unix://" + d.Socket + "," + d.Target.String()}, c.Flags...)
	if !c.Lenient {
		d.argv = append(d.argv, "--config-strict")
	}
	security := insecure.NewCredentials()
	if c.TLS != nil {
		security = credentials.NewTLS(c.TLS)
	}
	d.conn, err = grpc.NewClient("unix://"+d.Socket, grpc.WithTransportCredentials(security),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(256<<20)),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: backoff.Config{BaseDelay: 20 * time.Millisecond,
			Multiplier: 1.1, MaxDelay: 200 * time.Millisecond}}))
	if err != nil {
		t.Fatalf("gobgpd: %v", err)
	}
	t.Cleanup(func() { d.conn.Close() })
	showLog(t, "gobgpd", d.logFile())
	d.startProcess()
	return d
}

// startProcess runs the daemon and waits until it lists its neighbors: gRPC answers before the file
// is read, and neighbors come after policies.
func (d *Daemon) startProcess() {
	d.t.Helper()
	os.Remove(d.Socket) // gobgpd leaves it, and does not start where it is
	d.process = startProcess(d.t, "gobgpd", d.logFile(), d.argv...)
	Eventually(d.t, Patience, func() error {
		if err := d.process.hasEnded(); err != nil {
			d.t.Fatal(err)
		}
		peers, err := d.Peers()
		if err == nil && len(peers) < d.clients {
			err = fmt.Errorf("gobgpd lists %d neighbors of %d", len(peers), d.clients)
		}
		return err
	})
}

// API returns a client that takes messages as large as the daemon sends.
func (d *Daemon) API() api.GobgpApiClient { return api.NewGobgpApiClient(d.conn) }

// Peers lists the daemon's neighbors.
func (d *Daemon) Peers() ([]*api.Peer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	stream, err := d.API().ListPeer(ctx, &api.ListPeerRequest{})
	if err != nil {
		return nil, fmt.Errorf("list peers: %w", err)
	}
	var peers []*api.Peer
	for {
		r, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return peers, nil
		case err != nil:
			return nil, fmt.Errorf("list peers: %w", err)
		}
		peers = append(peers, r.Peer)
	}
}

// Config returns the configuration file as it is.
func (d *Daemon) Config() []byte {
	d.t.Helper()
	text, err := os.ReadFile(d.ConfigFile)
	if err != nil {
		d.t.Fatal(err)
	}
	return text
}

// Write replaces the configuration file. The daemon reads it on Reload and Restart.
func (d *Daemon) Write(text []byte) {
	d.t.Helper()
	if err := os.WriteFile(d.ConfigFile, text, 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// Reload sends SIGHUP and returns when the daemon has handled it.
func (d *Daemon) Reload() {
	d.t.Helper()
	d.HangUp()
	// The daemon says when it starts, not when it is done; but it takes a second
	// signal only after the first, and finds nothing to do.
	d.HangUp()
}

// HangUp sends SIGHUP and returns when the daemon has begun to handle it.
func (d *Daemon) HangUp() {
	d.t.Helper()
	const says = "Reload the config file"
	before := bytes.Count(d.Log(), []byte(says))
	d.sendSignal(syscall.SIGHUP)
	Eventually(d.t, Patience, func() error {
		if bytes.Count(d.Log(), []byte(says)) == before {
			return errors.New("gobgpd has not taken SIGHUP")
		}
		return d.process.hasEnded()
	})
}

// Kill ends the daemon as a crash would. Restart may follow.
func (d *Daemon) Kill() { d.process.killProcess() }

// Restart ends the daemon, if it runs, starts it again on the same addresses,
// and returns when it has read its configuration.
func (d *Daemon) Restart() {
	d.t.Helper()
	d.process.endProcess()
	d.startProcess()
}

// Stop freezes the daemon, and returns when it is frozen: its sockets stay, and nothing answers.
func (d *Daemon) Stop() {
	d.t.Helper()
	d.sendSignal(syscall.SIGSTOP)
	// The signal stops one thread after the other: until all are, a call is answered.
	Eventually(d.t, Patience, func() error { return waitStopped(d.process.cmd.Process.Pid) })
}

// waitStopped returns an error while a thread of a process runs. If the system does not list
// threads, it takes all as stopped.
func waitStopped(pid int) error {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	if err != nil {
		return err
	}
	for _, name := range threads {
		stat, err := os.ReadFile(name)
		if errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue
		} else if err != nil {
			return err
		}
		// pid (name) state ...; the name may hold anything
		if state := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:]); state[0] != 'T' {
			return fmt.Errorf("%s is in state %c", name, state[0])
		}
	}
	return nil
}

// Continue lets a stopped daemon go on.
func (d *Daemon) Continue() { d.t.Helper(); d.sendSignal(syscall.SIGCONT) }

// Ended returns an error with the end of the log if the daemon is gone.
func (d *Daemon) Ended() error { return d.process.hasEnded() }

// Done is closed when the daemon has ended, until Restart.
func (d *Daemon) Done() <-chan struct{} { return d.process.done }

// Log returns what the daemon has logged since its first start.
func (d *Daemon) Log() []byte { return readLog(d.logFile()) }

func (d *Daemon) logFile() string { return filepath.Join(filepath.Dir(d.ConfigFile), "gobgpd.log") }

func (d *Daemon) sendSignal(s os.Signal) {
	d.t.Helper()
	if err := d.process.cmd.Process.Signal(s); err != nil {
		d.t.Fatalf("gobgpd: %v: %v", s, err)
	}
}

// TryRestart ends the daemon and starts it with a file that may make it end; the error says that it
// ended. Otherwise it returns when that file has been loaded, with any result.
func (d *Daemon) TryRestart(text []byte) error {
	d.t.Helper()
	d.process.endProcess()
	d.Write(text)
	os.Remove(d.Socket)
	const read, unread = "Finished reading the config file", "Can't read config file"
	before := bytes.Count(d.Log(), []byte(read))
	d.process = startProcess(d.t, "gobgpd", d.logFile(), d.argv...)
	for bytes.Count(d.Log(), []byte(read)) == before {
		select {
		case <-d.process.done:
			return d.process.hasEnded()
		case <-time.After(10 * time.Millisecond):
		}
	}
	// Signals are taken when it has been loaded. A file that cannot be read changes nothing.
	d.Write([]byte("]"))
	defer d.Write(text)
	before = bytes.Count(d.Log(), []byte(unread))
	d.process.cmd.Process.Signal(syscall.SIGHUP) // which fails where it has ended
	for deadline := time.Now().Add(Patience); bytes.Count(d.Log(), []byte(unread)) == before; {
		select {
		case <-d.process.done:
			return d.process.hasEnded()
		case <-time.After(10 * time.Millisecond):
			if time.Now().After(deadline) {
				d.t.Fatal("gobgpd has not taken SIGHUP")
			}
		}
	}
	return nil
}
