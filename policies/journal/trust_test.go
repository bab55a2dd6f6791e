package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"depeer/filters/trust"
	"depeer/policies/journal"
)

// Links in the state directory are not followed, to read or to write, even with --trust-files.
func TestLinksAreNotFollowed(t *testing.T) {
	for _, rule := range []trust.Rule{{}, {All: true}} {
		for _, name := range []string{"lock", "pending.json", "policy-lists.json"} {
			dir := t.TempDir()
			s, err := journal.OpenTrusting(dir, rule)
			if err != nil {
				t.Fatal(err)
			}
			target := filepath.Dir(s.PolicyListsFile("unix:///run/gobgpd.sock"))
			elsewhere := filepath.Join(t.TempDir(), "elsewhere")
			const text = `{"version": 1, "entry": "000001-x", "clients": {}}`
			if err := errors.Join(os.Mkdir(target, 0o700), os.WriteFile(elsewhere, []byte(text), 0o600),
				os.Symlink(elsewhere, filepath.Join(target, name))); err != nil {
				t.Fatal(err)
			}
			switch name {
			case "lock":
				_, err = s.Lock("unix:///run/gobgpd.sock", "me")
			case "pending.json":
				_, err = s.Pending("unix:///run/gobgpd.sock")
			case "policy-lists.json":
				_, err = s.PolicyLists("unix:///run/gobgpd.sock")
			}
			if !errors.As(err, new(*trust.Error)) {
				t.Errorf("%s: %v", name, err)
			}
			if got, err := os.ReadFile(elsewhere); err != nil || string(got) != text {
				t.Errorf("%s: what it links to was written: %q, %v", name, got, err)
			}
		}
	}
}

// The directory of a target may not be a link either.
func TestLinkedTarget(t *testing.T) {
	s, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	target := filepath.Dir(s.PolicyListsFile("unix:///run/gobgpd.sock"))
	if err := os.Symlink(t.TempDir(), target); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Lock("unix:///run/gobgpd.sock", "me"); !errors.As(err, new(*trust.Error)) {
		t.Errorf("locked: %v", err)
	}
}

// A state directory of another user's is refused.
func TestForeignState(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give directories away")
	}
	dir := t.TempDir()
	if err := errors.Join(os.Chmod(dir, 0o700), os.Chown(dir, 54321, 54321)); err != nil {
		t.Fatal(err)
	}
	if _, err := journal.Open(dir); !errors.As(err, new(*trust.Error)) {
		t.Errorf("opened: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "targets")); err == nil {
		t.Error("something was made in it")
	}
	if _, err := journal.OpenTrusting(dir, trust.Rule{All: true}); err != nil {
		t.Error(err)
	}
}
