package faults_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// spoils are what can become of a file of the state directory.
var spoils = map[string]func(path string) error{
	"version 99": func(path string) error {
		data, err := os.ReadFile(path)
		if strings.HasSuffix(path, ".gz") {
			data = packed(`{"depeer_plan":99,"sha256":"","plan":{}}` + "\n")
		}
		return errors.Join(err, os.WriteFile(path,
			[]byte(strings.Replace(string(data), `"version":1,`, `"version":99,`, 1)), 0o600))
	},
	"damaged": func(path string) error { return os.WriteFile(path, []byte("{\"event\":\n{}\n{}\n"), 0o600) },
	"missing": os.Remove,
	"a pipe":  func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) },
	"a folder": func(path string) error {
		return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "below"), 0o700))
	},
}

// Rows 60 and F.8: whatever becomes of a file of the state directory, the off-switch works, a
// plan can be made and applied, and the file is named.
func TestSpoiledState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	for _, test := range []struct{ pattern, spoils string }{
		{"000001-*.jsonl", "version 99"},
		{"000002-*.jsonl", "version 99, damaged, missing, a pipe, a folder"},
		{"000002-*.plan.gz", "version 99, damaged, missing, a pipe"},
		{"pending.json", "version 99, damaged, missing, a folder"},
	} {
		pattern := test.pattern
		for _, name := range strings.Split(test.spoils, ", ") {
			t.Run(name+" "+pattern, func(t *testing.T) {
				w := &world{&shell{t: t, dir: w.dir, target: w.target}, w.Running, t}
				state := filepath.Join(t.TempDir(), "state")
				on := func(args ...string) result {
					t.Helper()
					return w.on(append(args, "--state", state)...)
				}
				apply := func(list string, more ...string) result {
					t.Helper()
					on("plan", list+".yaml", "-o", list+".plan").exits(0)
					return w.depeer(append([]string{"apply", list + ".plan", "--yes", "--state", state}, more...)...)
				}
				apply("b").exits(0)
				apply("a").exits(0)
				waits := pattern == "pending.json"
				if waits {
					on("plan", "c.yaml", "-o", "c.plan").exits(0)
					r := w.start("apply", "c.plan", "--yes", "--state", state, "--confirm-within", "10m")
					testbed.Eventually(t, testbed.Patience, func() error {
						if s := on("status", "c.yaml"); !strings.Contains(s.stdout, "waits for a confirmation") {
							return errors.New(s.stdout + s.stderr)
						}
						return nil
					})
					for _, child := range childrenOf(t, r.cmd.Process.Pid) { // its guardian
						syscall.Kill(child, syscall.SIGKILL)
					}
					r.cmd.Process.Kill()
					<-r.done
				}
				files, err := filepath.Glob(filepath.Join(state, "targets", "*", pattern))
				if err != nil || len(files) != 1 {
					t.Fatalf("%s: %q, %v", pattern, files, err)
				}
				if err := spoils[name](files[0]); err != nil {
					t.Fatal(err)
				}
				gone := name == "missing" && !strings.HasSuffix(pattern, ".gz") // nothing is there to be named
				named := func(r result) result {
					t.Helper()
					if !gone {
						r.says(filepath.Base(files[0]))
					}
					return r
				}
				on("plan", "b.yaml").exits(0)
				switch {
				case waits && gone:
					on("status").exits(0)
				case waits:
					named(on("status")).exits(2)
					named(apply("b")).exits(6).says("depeer confirm")
				case strings.HasPrefix(pattern, "000002-"):
					named(on("status"))
					named(on("plan", "b.yaml")).exits(0)
					if strings.HasSuffix(pattern, ".jsonl") {
						named(on("history")).exits(0)
					}
				default:
					on("status").exits(0)
				}
				named(on("clear", "--yes")).exits(0)
				w.holds(outcomes[""])
				for _, line := range dumpOf(t, w.Daemon) {
					if strings.Contains(line, "depeer/") {
						t.Errorf("after clear the daemon has %s", line)
					}
				}
				apply("a").exits(0)
				w.holds(outcomes["a"])
				on("clear", "--yes").exits(0)
			})
		}
	}
}

// packed is text as it stands in a kept plan.
func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}
