//go:build unix

package trust

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

const (
	nonblock = syscall.O_NONBLOCK
	noFollow = syscall.O_NOFOLLOW
)

// ownerOf returns the owner and the group of a file.
func ownerOf(info fs.FileInfo) (uid, gid uint32, known bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return st.Uid, st.Gid, true
}

// isTrusted says whether a user is root, the caller, or the user that called sudo. Only root
// believes SUDO_UID: the environment of others is their own.
func isTrusted(uid uint32) bool {
	caller := os.Geteuid()
	if uid == 0 || int(uid) == caller {
		return true
	}
	sudo, err := strconv.ParseUint(os.Getenv("SUDO_UID"), 10, 32)
	return caller == 0 && err == nil && uid == uint32(sudo)
}
