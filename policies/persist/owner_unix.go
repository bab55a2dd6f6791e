//go:build unix

package persist

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives f the owner and group of the file it will replace.
func keepOwner(f *os.File, old fs.FileInfo) error {
	if old == nil {
		return nil
	}
	st, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	// A directory with the set-group-ID bit gives its own group, which the caller need not be in.
	if info, err := f.Stat(); err == nil {
		if own, ok := info.Sys().(*syscall.Stat_t); ok && own.Uid == st.Uid && own.Gid == st.Gid {
			return nil
		}
	}
	if err := f.Chown(int(st.Uid), int(st.Gid)); err != nil {
		return fmt.Errorf("%w: its owner: %w", ErrNotKept, withoutPath(err))
	}
	return nil
}

// checkNames returns an error where a file has several names: the others would keep the old content.
func checkNames(info fs.FileInfo) error {
	if st, ok := info.Sys().(*syscall.Stat_t); ok && info.Mode().IsRegular() && st.Nlink > 1 {
		return fmt.Errorf("%w: it has %d names (hard links), and the others would hold what was before", ErrNotKept,
			st.Nlink)
	}
	return nil
}
