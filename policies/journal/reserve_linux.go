package journal

import (
	"errors"
	"os"
	"syscall"
)

// keepSize has fallocate(2) set blocks aside behind the end of a file.
const keepSize = 1

// reserve sets space aside for what will be appended to f. A file system that
// cannot do so is no error.
func reserve(f *os.File, bytes int64) error {
	err := syscall.Fallocate(int(f.Fd()), keepSize, 0, bytes)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) || errors.Is(err, syscall.EINVAL) {
		return nil
	}
	return os.NewSyscallError("fallocate", err)
}
