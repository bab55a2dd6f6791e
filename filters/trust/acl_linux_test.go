package trust_test

import (
	"errors"
	"os"
	"syscall"
	"testing"

	"depeer/filters/trust"
)

// Where an ACL stands, what looks like the rights of the group may be those of others.
func TestPrivateGroupWithACL(t *testing.T) {
	name := writeFile(t, os.Geteuid(), os.Geteuid(), 0o664)
	// Version 2; user::rw-, user:54321:rw-, group::rw-, mask::rw-, other::r--.
	acl := []byte{2, 0, 0, 0,
		1, 0, 6, 0, 255, 255, 255, 255, 2, 0, 6, 0, 0x31, 0xd4, 0, 0, 4, 0, 6, 0, 255, 255, 255, 255,
		16, 0, 6, 0, 255, 255, 255, 255, 32, 0, 4, 0, 255, 255, 255, 255}
	if err := syscall.Setxattr(name, "system.posix_acl_access", acl, 0); errors.Is(err, syscall.ENOTSUP) {
		t.Skip("no ACLs on this file system")
	} else if err != nil {
		t.Fatal(err)
	}
	if err := (trust.Rule{}).Check(name, trust.Exchange); err == nil {
		t.Error("trusted")
	}
	if err := (trust.Rule{}).Check(name, trust.List); err != nil {
		t.Error(err)
	}
}
