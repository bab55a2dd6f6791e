package trust

import "syscall"

// hasACL says whether a file has an access ACL: its mode then shows as rights of the group what
// users that the ACL names may have.
func hasACL(name string) bool {
	n, err := syscall.Getxattr(name, "system.posix_acl_access", nil)
	return err == nil && n > 0
}
