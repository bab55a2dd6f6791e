package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// program is the built depeer, and where it runs.
type program struct {
	b      testing.TB
	path   string
	dir    string // where lists are
	state  string
	target string
}

func build(b testing.TB, target string) *program {
	b.Helper()
	p := &program{b: b, path: filepath.Join(b.TempDir(), "depeer"), dir: b.TempDir(), state: b.TempDir(),
		target: target}
	if out, err := exec.Command("go", "build", "-o", p.path, "depeer/cmd/depeer").CombinedOutput(); err != nil {
		b.Fatalf("building depeer: %v\n%s", err, out)
	}
	return p
}

// ran is what a run took.
type ran struct {
	begin time.Time
	took  time.Duration
	peak  float64 // MB of memory, resident
}

func (r ran) String() string {
	return fmt.Sprintf("%v, %.0f MB", r.took.Round(time.Millisecond), r.peak)
}

// run runs a command to its end, which must be a success.
func (p *program) run(args ...string) ran {
	p.b.Helper()
	cmd := exec.Command(p.path, args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "HOME="+p.dir, "DEPEER_STATE="+p.state)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	r := ran{begin: time.Now()}
	if err := cmd.Start(); err != nil {
		p.b.Fatal(err)
	}
	ended, most := make(chan struct{}), make(chan float64)
	go func() { most <- peak(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	r.took = time.Since(r.begin)
	close(ended)
	r.peak = <-most
	if err != nil {
		text := out.String()
		p.b.Fatalf("depeer %v: %v\n%s", args, err, text[max(0, len(text)-2000):])
	}
	return r
}

// on runs a command on the target.
func (p *program) on(args ...string) ran {
	p.b.Helper()
	return p.run(append(args, "--target", p.target, "--timeout", "5m")...)
}

// plan keeps a plan of a list in a file, and returns the file's name. It begins a
// history: no guard knows what was applied before.
func (p *program) plan(listing string) (string, ran) {
	p.b.Helper()
	p.state = p.b.TempDir()
	name := filepath.Join(p.state, "plan.depeer")
	return name, p.on("plan", listing, "-o", name, "--allow-growth", "1000000", "--allow-shrink", "1000000")
}

// to plans and applies a list.
func (p *program) to(listing string) {
	p.b.Helper()
	plan, _ := p.plan(listing)
	p.apply(plan)
}

// apply applies a plan.
func (p *program) apply(plan string) ran {
	p.b.Helper()
	return p.run("apply", plan, "--yes", "--timeout", "5m")
}
