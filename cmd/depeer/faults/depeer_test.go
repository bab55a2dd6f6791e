package faults_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// shell is a person's place: a working directory with files, a state directory,
// and a target.
type shell struct {
	t      testing.TB
	dir    string
	target string
}

func newShell(t testing.TB, target string) *shell {
	t.Helper()
	s := &shell{t: t, dir: t.TempDir(), target: target}
	for name, text := range lists {
		s.write(name, text)
	}
	return s
}

func (s *shell) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// result is what a run of the program left.
type result struct {
	t              testing.TB
	line           string
	code           int
	stdout, stderr string
	usage          *os.ProcessState
}

// command is the program, not started yet, as it is run in s.
func (s *shell) command(args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH"), "USER=" + os.Getenv("USER"),
		"DEPEER_STATE=" + filepath.Join(s.dir, "state")}
	return cmd
}

// depeer runs the program to its end.
func (s *shell) depeer(args ...string) result {
	s.t.Helper()
	return s.start(args...).wait()
}

// on runs a command on the target of s.
func (s *shell) on(args ...string) result {
	s.t.Helper()
	return s.depeer(append(args, "--target", s.target)...)
}

// running is a program that has been started.
type running struct {
	t        testing.TB
	cmd      *exec.Cmd
	out, err bytes.Buffer
	done     chan struct{}
}

func (s *shell) start(args ...string) *running {
	s.t.Helper()
	return s.startAs(s.command(args...))
}

func (s *shell) startAs(cmd *exec.Cmd) *running {
	s.t.Helper()
	return s.startWith(cmd, func() {})
}

// startWith starts a program after its streams were set.
func (s *shell) startWith(cmd *exec.Cmd, streams func()) *running {
	s.t.Helper()
	r := &running{t: s.t, cmd: cmd, done: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.err
	streams()
	// The guardian of a confirmation outlives the program, and does not hold its streams.
	r.cmd.WaitDelay = 10 * time.Second
	if err := r.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		r.cmd.Wait()
	}()
	s.t.Cleanup(func() { r.cmd.Process.Kill(); <-r.done })
	return r
}

// wait returns what the run left, at the latest after a minute.
func (r *running) wait() result {
	r.t.Helper()
	line := "depeer " + strings.Join(r.cmd.Args[1:], " ")
	select {
	case <-r.done:
	case <-time.After(time.Minute):
		r.cmd.Process.Kill()
		<-r.done
		r.t.Fatalf("%s: no end after a minute\nstdout: %s\nstderr: %s", line, r.out.String(), r.err.String())
	}
	return result{r.t, line, r.cmd.ProcessState.ExitCode(), r.out.String(), r.err.String(), r.cmd.ProcessState}
}

// exits fails the test unless the run ended with that code, and has written what
// belongs there on each of its streams.
func (r result) exits(code int) result {
	r.t.Helper()
	if r.code != code {
		r.t.Fatalf("%s: exit code %d, want %d\nstdout: %s\nstderr: %s", r.line, r.code, code, r.stdout, r.stderr)
	}
	if err := r.streams(); err != nil {
		r.t.Errorf("%s: exit code %d: %v\nstdout: %s\nstderr: %s", r.line, r.code, err, r.stdout, r.stderr)
	}
	return r
}

// streams says what is wrong with what was written where: a result is on stdout, an
// error on stderr. A guard that refuses, and what differs, are results.
func (r result) streams() error {
	hasResult := r.code == 0 || r.code == 2 || r.code == 4
	isJSON := strings.Contains(r.line+" ", " --json ")
	switch {
	case !hasResult && r.stdout != "":
		return errors.New("an error has something on stdout")
	case r.code > 2 && r.stderr == "" && !(strings.Contains(r.line, "status")):
		return errors.New("nothing on stderr says why")
	case !hasResult && !isJSON && !strings.Contains(r.stderr, "depeer: error: "):
		return errors.New("stderr has no error")
	case !isJSON:
		return nil
	}
	var body struct {
		SchemaVersion int `json:"schema_version"`
		Error         struct {
			Code, Message string
			Exit          int
		}
	}
	if r.stdout != "" {
		if err := json.Unmarshal([]byte(r.stdout), &body); err != nil || body.SchemaVersion != 1 {
			return errors.Join(errors.New("stdout is not one JSON object with schema_version 1"), err)
		}
	}
	if !hasResult || r.code == 4 {
		if err := json.Unmarshal([]byte(r.stderr), &body); err != nil || body.Error.Exit != r.code ||
			body.Error.Code == "" || body.Error.Message == "" {
			return errors.Join(errors.New("stderr is not one JSON object with the error"), err)
		}
	}
	return nil
}

// says fails the test unless each text is in what the run has written.
func (r result) says(texts ...string) result {
	r.t.Helper()
	for _, text := range texts {
		if !strings.Contains(r.stdout+r.stderr, text) {
			r.t.Errorf("%s: it does not say %q\nstdout: %s\nstderr: %s", r.line, text, r.stdout, r.stderr)
		}
	}
	return r
}

// reads decodes the one object on stdout.
func (r result) reads(into any) {
	r.t.Helper()
	if err := json.Unmarshal([]byte(r.stdout), into); err != nil {
		r.t.Fatalf("%s: %v\nstdout: %s", r.line, err, r.stdout)
	}
}
