package trust_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"depeer/filters/trust"
)

// stranger is a user that is neither root nor the caller.
const stranger = 54321

// writeFile writes a file with an owner and a mode, whatever the umask.
func writeFile(t *testing.T, owner, group int, mode fs.FileMode) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := errors.Join(os.WriteFile(name, []byte("text"), 0o600), os.Chmod(name, mode)); err != nil {
		t.Fatal(err)
	}
	if owner != os.Geteuid() || group != os.Getegid() {
		if os.Geteuid() != 0 {
			t.Skip("only root can give files away")
		}
		if err := os.Chown(name, owner, group); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

func TestOpen(t *testing.T) {
	own, ownGroup := os.Geteuid(), os.Getegid()
	const other, group = "belongs to", "group may write"
	for _, c := range []struct {
		name         string
		owner, group int
		mode         fs.FileMode
		want         [5]string // Any, List, Exchange, Secret, State: what is complained about; "": nothing
	}{
		{"usual", own, ownGroup, 0o644, [5]string{3: "others may read"}},
		{"closed", own, ownGroup, 0o600, [5]string{}},
		{"read by a group", own, stranger, 0o640, [5]string{}},
		{"of a stranger", stranger, stranger, 0o600, [5]string{"", other, other, other, other}},
		{"of root", 0, 0, 0o600, [5]string{}},
		{"written by others", own, ownGroup, 0o646,
			[5]string{"", "others may write", "others may write", "others may read", "others may write"}},
		{"written by a group", own, stranger, 0o660, [5]string{"", "", group, group, group}},
	} {
		for kind, want := range c.want {
			t.Run(c.name, func(t *testing.T) {
				name := writeFile(t, c.owner, c.group, c.mode)
				file, err := trust.Rule{}.Open(name, trust.Kind(kind))
				switch {
				case err == nil && want == "":
					file.Close()
				case err == nil || want == "" || !strings.Contains(err.Error(), want) || !errors.As(err, new(*trust.Error)):
					t.Errorf("kind %d: %v, want %q", kind, err, want)
				}
				if file, err = (trust.Rule{All: true}).Open(name, trust.Kind(kind)); err != nil {
					t.Errorf("kind %d: with --trust-files: %v", kind, err)
				} else {
					file.Close()
				}
			})
		}
	}
}

// A umask of 002 leaves files that the private group of their owner may write.
func TestPrivateGroup(t *testing.T) {
	name := writeFile(t, os.Geteuid(), os.Geteuid(), 0o664)
	for _, kind := range []trust.Kind{trust.List, trust.Exchange, trust.State} {
		if err := (trust.Rule{}).Check(name, kind); err != nil {
			t.Errorf("kind %d: %v", kind, err)
		}
	}
}

func TestSudo(t *testing.T) {
	name := writeFile(t, stranger, stranger, 0o600)
	t.Setenv("SUDO_UID", "54321")
	if err := (trust.Rule{}).Check(name, trust.Exchange); err != nil {
		t.Error(err)
	}
}

func TestDirectory(t *testing.T) {
	name := writeFile(t, os.Geteuid(), os.Getegid(), 0o600)
	for mode, trusted := range map[fs.FileMode]bool{0o755: true, 0o777: false, 0o777 | fs.ModeSticky: true} {
		if err := os.Chmod(filepath.Dir(name), mode); err != nil {
			t.Fatal(err)
		}
		if err := (trust.Rule{}).Check(name, trust.List); (err == nil) != trusted {
			t.Errorf("in a directory of mode %v: %v", mode, err)
		}
		if err := (trust.Rule{}).CheckState(name); err == nil != trusted {
			t.Errorf("state in a directory of mode %v: %v", mode, err)
		}
	}
}

func TestLinks(t *testing.T) {
	name := writeFile(t, os.Geteuid(), os.Getegid(), 0o600)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(name, link); err != nil {
		t.Fatal(err)
	}
	if err := (trust.Rule{}).Check(link, trust.Exchange); err != nil {
		t.Errorf("a link of the caller's: %v", err)
	}
	for _, rule := range []trust.Rule{{}, {All: true}} {
		if err := rule.Check(link, trust.State); err == nil {
			t.Error("a link to state is followed")
		}
		if _, err := rule.OpenFile(link, trust.State, os.O_WRONLY|os.O_CREATE, 0o600); err == nil {
			t.Error("a link to state is written through")
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("only root can give links away")
	}
	if err := os.Lchown(link, stranger, stranger); err != nil {
		t.Fatal(err)
	}
	if err := (trust.Rule{}).Check(link, trust.Exchange); err == nil {
		t.Error("a link of a stranger's is followed")
	}
	if err := (trust.Rule{All: true}).Check(link, trust.Exchange); err != nil {
		t.Errorf("with --trust-files: %v", err)
	}
}

func TestNotRegular(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{pipe: trust.ErrNotRegular, os.DevNull: trust.ErrNotRegular,
		t.TempDir(): trust.ErrDirectory} {
		for kind := trust.Any; kind <= trust.State; kind++ {
			if name == os.DevNull && kind == trust.State {
				continue // its directory is no one's state
			}
			done := make(chan error, 1)
			go func() {
				_, err := trust.Rule{All: true}.Open(name, kind)
				done <- err
			}()
			select {
			case err := <-done:
				if !errors.Is(err, want) {
					t.Errorf("%s, kind %d: %v", name, kind, err)
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%s, kind %d: opening it waits", name, kind)
			}
		}
	}
}
