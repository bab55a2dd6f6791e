package testbed

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// process is a daemon that runs in the foreground, and its log.
type process struct {
	name string
	path string // of its log
	cmd  *exec.Cmd
	done chan struct{}
}

// startProcess runs a command whose output is appended to the file log. It ends with
// the test, and with the test process.
func startProcess(t testing.TB, name, log string, argv ...string) *process {
	t.Helper()
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer out.Close()
	p := &process{name: name, path: log, cmd: exec.Command(argv[0], argv[1:]...), done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.Dir = filepath.Dir(log)
	p.cmd.SysProcAttr = dieWithParent()
	started := make(chan error)
	go func() {
		// A parent-death signal is sent when the thread that started the child
		// ends, not the process (golang/go#27505): keep the thread.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	t.Cleanup(p.endProcess)
	return p
}

// showLog shows the end of a log when the test has failed, in the end.
func showLog(t testing.TB, name, path string) {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", name, readTail(path))
		}
	})
}

// endProcess asks the process to end, and kills it if it does not.
func (p *process) endProcess() {
	p.cmd.Process.Signal(syscall.SIGCONT)
	p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(3 * time.Second):
		p.killProcess()
	}
}

func (p *process) killProcess() {
	p.cmd.Process.Kill()
	<-p.done
}

// hasEnded returns an error with the end of the log if the process is gone.
func (p *process) hasEnded() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s has ended (%v); its log:\n%s", p.name, p.cmd.ProcessState, readTail(p.path))
	default:
		return nil
	}
}

func readLog(path string) []byte {
	log, err := os.ReadFile(path)
	if err != nil {
		return []byte(err.Error())
	}
	return log
}

// readTail returns the last lines of a log.
func readTail(path string) []byte {
	const most = 8 << 10
	log := readLog(path)
	if len(log) > most {
		log = log[len(log)-most:]
		_, log, _ = bytes.Cut(log, []byte("\n"))
	}
	return log
}
