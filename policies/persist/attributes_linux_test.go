package persist_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"depeer/policies/persist"
)

// acl is version 2: user::rw-, user:54321:r--, group::r--, mask::r--, other::---.
var acl = []byte{2, 0, 0, 0,
	1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 4, 0, 0x31, 0xd4, 0, 0, 4, 0, 4, 0, 255, 255, 255, 255,
	16, 0, 4, 0, 255, 255, 255, 255, 32, 0, 0, 0, 255, 255, 255, 255}

const accessACL, defaultACL = "system.posix_acl_access", "system.posix_acl_default"

// setAttribute sets an extended attribute; it skips the test where there are none.
func setAttribute(t *testing.T, name, attribute string, value []byte) {
	t.Helper()
	if err := syscall.Setxattr(name, attribute, value, 0); errors.Is(err, syscall.ENOTSUP) {
		t.Skipf("no attribute %s on this file system", attribute)
	} else if err != nil {
		t.Fatal(err)
	}
}

func attributeOf(t *testing.T, name, attribute string) []byte {
	t.Helper()
	b := make([]byte, 1024)
	n, err := syscall.Getxattr(name, attribute, b)
	if errors.Is(err, syscall.ENODATA) {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}

// A file that is replaced keeps its ACL and its attributes.
func TestAttributesAreKept(t *testing.T) {
	name := filepath.Join(t.TempDir(), "gobgpd.conf")
	if err := os.WriteFile(name, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	setAttribute(t, name, "user.note", []byte("keep me"))
	setAttribute(t, name, accessACL, acl)
	before, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := persist.ReplaceIf(name, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	if got := attributeOf(t, name, "user.note"); string(got) != "keep me" {
		t.Errorf("its note is %q", got)
	}
	if got := attributeOf(t, name, accessACL); !bytes.Equal(got, acl) {
		t.Errorf("its ACL is %v", got)
	}
	if after, err := os.Stat(name); err != nil || after.Mode() != before.Mode() {
		t.Errorf("its mode is %v, and was %v, %v", after.Mode(), before.Mode(), err)
	}
}

// One without an ACL gets none from its directory.
func TestDefaultACL(t *testing.T) {
	name := filepath.Join(t.TempDir(), "gobgpd.conf")
	if err := os.WriteFile(name, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	setAttribute(t, filepath.Dir(name), defaultACL, acl)
	if err := persist.Replace(name, persist.Whole([]byte("new")), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := attributeOf(t, name, accessACL); got != nil {
		t.Errorf("it has got the ACL %v", got)
	}
	if after, err := os.Stat(name); err != nil || after.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v, %v", after.Mode(), err)
	}
}

// A file with another name is refused: the other would hold what was before.
func TestHardLink(t *testing.T) {
	name := filepath.Join(t.TempDir(), "gobgpd.conf")
	if err := errors.Join(os.WriteFile(name, []byte("old"), 0o640), os.Link(name, name+".other")); err != nil {
		t.Fatal(err)
	}
	if err := persist.ReplaceIf(name, []byte("old"), []byte("new")); !errors.Is(err, persist.ErrNotKept) {
		t.Errorf("got %v", err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "old" {
		t.Errorf("it holds %q, %v", text, err)
	}
	if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) != 2 {
		t.Errorf("beside the file there is %v, %v", left, err)
	}
}

// The owner and the group are kept, also by root for others; where they cannot be, nothing is written.
func TestOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "gobgpd.conf")
	if err := errors.Join(os.WriteFile(name, []byte("old"), 0o640), os.Chown(name, 54321, 54322),
		os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	if err := persist.ReplaceIf(name, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if st := info.Sys().(*syscall.Stat_t); st.Uid != 54321 || st.Gid != 54322 || info.Mode().Perm() != 0o640 {
		t.Errorf("it belongs to %d:%d, mode %v", st.Uid, st.Gid, info.Mode())
	}
}
