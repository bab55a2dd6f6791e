package persist

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What somebody else has written meanwhile is not lost.
func TestReplaceIf(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte("theirs"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ReplaceIf(name, []byte("as read"), []byte("ours")); !errors.Is(err, ErrMeanwhile) {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(name); string(text) != "theirs" {
		t.Errorf("it holds %q", text)
	}
	if err := ReplaceIf(name, []byte("theirs"), []byte("ours")); err != nil {
		t.Error(err)
	}
	if text, _ := os.ReadFile(name); string(text) != "ours" {
		t.Errorf("it holds %q", text)
	}
	if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) != 1 {
		t.Errorf("beside the file there is %v, %v", left, err)
	}
}

// A process that is killed at whatever moment leaves one content or the other.
func TestReplaceKilled(t *testing.T) {
	if name := os.Getenv("PERSIST_REPLACE"); name != "" {
		for n := 0; ; n++ {
			if err := Replace(name, Whole(content(n)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, content(0), 0o600); err != nil {
		t.Fatal(err)
	}
	var seen [2]int
	for range 20 {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestReplaceKilled$")
		cmd.Env = append(os.Environ(), "PERSIST_REPLACE="+name)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(rand.IntN(100))*time.Millisecond, func() { cmd.Process.Kill() })
		cmd.Wait()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		switch string(text) {
		case string(content(0)):
			seen[0]++
		case string(content(1)):
			seen[1]++
		default:
			t.Fatalf("it holds %d bytes, which nobody has written", len(text))
		}
	}
	t.Logf("one content %d times, the other %d times", seen[0], seen[1])
}

func content(n int) []byte {
	return []byte(strings.Repeat(fmt.Sprintf("%d, ", n%2), 100_000))
}
