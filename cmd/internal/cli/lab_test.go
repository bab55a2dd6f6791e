package cli_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/cli"
)

// A lab that is kept says on one line where it is, answers there, and ends
// well, with nothing listening, when it is told to.
func TestLabKeep(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	out, in := io.Pipe()
	var stderr strings.Builder
	done := make(chan cli.Code, 1)
	go func() {
		code := cli.Run(ctx, cli.Streams{In: strings.NewReader(""), Out: in, Err: &stderr},
			[]string{"lab", "--keep", "--json"})
		in.Close()
		done <- code
	}()

	lines := bufio.NewReader(out)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		t.Fatalf("%v; exit code %d, %s", err, <-done, stderr.String())
	}
	type member struct {
		Address string
		ASN     uint32
	}
	var got struct {
		SchemaVersion int `json:"schema_version"`
		Target        string
		Members       []member
	}
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	want := []member{{"127.0.0.2", 64496}, {"127.0.0.3", 64497}, {"127.0.0.4", 64498}, {"127.0.0.5", 64499}}
	if d := cmp.Diff(want, got.Members); d != "" || got.SchemaVersion != 1 {
		t.Errorf("schema %d, members (-want +got):\n%s", got.SchemaVersion, d)
	}
	conn, err := net.Dial("tcp", got.Target)
	if err != nil {
		t.Errorf("the target does not answer: %v", err)
	} else {
		conn.Close()
	}

	cancel()
	rest, _ := io.ReadAll(lines)
	if code := <-done; code != cli.OK || len(rest) != 0 || stderr.String() != "" {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, rest, stderr.String())
	}
	if conn, err := net.Dial("tcp", got.Target); err == nil {
		conn.Close()
		t.Errorf("%s listens after the end", got.Target)
	}
}

// Told to end while it starts, it has changed nothing.
func TestLabInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stdout, stderr strings.Builder
	streams := cli.Streams{In: strings.NewReader(""), Out: &stdout, Err: onWrite{&stderr, cancel}}
	code := cli.Run(ctx, streams, []string{"lab"})
	if code != cli.Interrupted || stdout.String() != "" ||
		!strings.Contains(stderr.String(), "starting a route server") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
}

// onWrite calls do before it writes on.
type onWrite struct {
	io.Writer
	do func()
}

func (w onWrite) Write(p []byte) (int, error) {
	w.do()
	return w.Writer.Write(p)
}
