package cli_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/cmd/internal/cli"
)

// A pipe that does not end holds nobody: an interrupt ends the run, and nothing is written.
func TestInterruptedReading(t *testing.T) {
	old := "what was there"
	for _, args := range [][]string{
		{"check", "-"},
		{"emit", "-"},
		{"emit", "-c", "-"},
		{"import", "plain", "-"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "out")
			write(t, file, []byte(old))
			if args[0] != "check" {
				args = append(args, "-o", file)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			in, writer := io.Pipe()
			defer writer.Close()
			var stdout, stderr strings.Builder
			streams := cli.Streams{In: onRead{in, cancel}, Out: &stdout, Err: &stderr}
			code := cli.Run(ctx, streams, args)
			if code != cli.Interrupted || stdout.String() != "" ||
				!strings.Contains(stderr.String(), "interrupted; nothing was changed") {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
			}
			if got := read(t, file); got != old {
				t.Errorf("the file holds %q", got)
			}
		})
	}
}

// Told to end while it works, a command ends without writing what it has.
func TestInterruptedWorking(t *testing.T) {
	dir := t.TempDir()
	list, out := filepath.Join(dir, "list.yaml"), filepath.Join(dir, "out")
	write(t, list, []byte(listingOf("asns", "6500")))
	conf := "[[policy-definitions]]\nname = \"depeer\"\n[[policy-definitions]]\nname = \"depeer-export\"\n"
	for _, args := range [][]string{
		{"check", list},
		{"emit", list, "-o", out},
		{"emit", list, "--into", out},
		{"emit", "--anchor", "-o", out},
		{"import", "plain", list, "-o", out},
	} {
		write(t, out, []byte(conf))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var stdout strings.Builder
		code := cli.Run(ctx, cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: io.Discard}, args)
		if code != cli.Interrupted || stdout.String() != "" || read(t, out) != conf {
			t.Errorf("%s: exit code %d, stdout %q, and the file holds %q", args, code, stdout.String(), read(t, out))
		}
	}
	if left, _ := os.ReadDir(dir); len(left) != 2 {
		t.Errorf("left behind: %v", left)
	}
}

// onRead calls do before it reads on.
type onRead struct {
	io.Reader
	do func()
}

func (r onRead) Read(p []byte) (int, error) {
	r.do()
	return r.Reader.Read(p)
}
