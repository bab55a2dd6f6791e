//go:build !unix

package trust

import "io/fs"

const (
	nonblock = 0
	noFollow = 0
)

// ownerOf knows no owner where files have no Unix owner.
func ownerOf(fs.FileInfo) (uid, gid uint32, known bool) { return 0, 0, false }

func isTrusted(uint32) bool { return true }
