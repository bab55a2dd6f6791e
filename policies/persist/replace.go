package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Replace makes the file name hold what write writes. It writes a new file beside it, syncs it, and
// renames it, so that name holds either the old content or all of the new one, whatever happens. A
// symbolic link keeps its target. An existing file keeps its mode, owner, ACL and extended attributes; a
// new one gets mode. The error wraps ErrNotKept where it cannot keep them, or another name (a hard link).
// What cannot be renamed onto, such as a pipe, is written to directly, and may have got a part when
// write fails.
func Replace(name string, write func(io.Writer) error, mode fs.FileMode) error {
	name, err := followLinks(name)
	if err != nil {
		return err
	}
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		return writeThrough(name, write)
	}
	tmp, err := writeBeside(name, write, mode)
	if err != nil {
		return err
	}
	defer os.Remove(tmp) // after the rename there is nothing to remove
	return renameSynced(tmp, name)
}

// ReplaceIf is Replace for a file that holds old. If the file has changed, it leaves it as it is, and its
// error wraps ErrMeanwhile: another process has written it.
func ReplaceIf(name string, old, data []byte) error {
	name, err := followLinks(name)
	if err != nil {
		return err
	}
	tmp, err := writeBeside(name, Whole(data), 0o644)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	now, err := readRegular(name)
	if err != nil {
		return writeError(name, err)
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("write %s: %w", name, ErrMeanwhile)
	}
	return renameSynced(tmp, name)
}

// ErrMeanwhile says that a file has changed since it was read.
var ErrMeanwhile = errors.New("somebody has written it meanwhile")

// tryReplace does all of Replace except the last step, and leaves nothing.
func tryReplace(name string, data []byte) error {
	name, err := followLinks(name)
	if err != nil {
		return err
	}
	tmp, err := writeBeside(name, Whole(data), 0o644)
	if err != nil {
		return err
	}
	return os.Remove(tmp)
}

// followLinks returns the file that a name leads to.
func followLinks(name string) (string, error) {
	target, err := filepath.EvalSymlinks(name)
	if err == nil {
		return target, nil
	}
	if _, linkErr := os.Readlink(name); linkErr == nil {
		return "", fmt.Errorf("write %s: it is a symbolic link, and leads nowhere: %w", name, withoutPath(err))
	}
	return name, nil
}

// ErrNotKept says that a file has something that its replacement would not have.
var ErrNotKept = errors.New("the file would not keep what it has")

// writeBeside writes data to a new file beside name, synced, with all that name has beside its content.
// It returns the name of the new file.
func writeBeside(name string, write func(io.Writer) error, mode fs.FileMode) (string, error) {
	info, err := os.Stat(name)
	if err == nil {
		mode = info.Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
		if err := checkNames(info); err != nil {
			return "", writeError(name, err)
		}
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".depeer.*")
	if err != nil {
		return "", writeError(name, err)
	}
	// A change of owner can take bits of the mode away, and a mode changes an ACL: in this order.
	err = errors.Join(write(tmp), keepOwner(tmp, info), tmp.Chmod(mode), keepAttributes(tmp.Name(), name, info),
		tmp.Sync(), tmp.Close())
	if err != nil {
		os.Remove(tmp.Name())
		return "", writeError(name, err)
	}
	return tmp.Name(), nil
}

// renameSynced puts a file in place durably: a crash of the machine may undo a rename that is not
// synced.
func renameSynced(tmp, name string) error {
	if err := os.Rename(tmp, name); err != nil {
		return writeError(name, err)
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return writeError(name, err)
	}
	defer dir.Close()
	if err := dir.Sync(); err != nil {
		return writeError(name, err)
	}
	return nil
}

// writeThrough writes to what cannot be renamed onto: /dev/stdout, a pipe.
func writeThrough(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		return writeError(name, err)
	}
	if err = errors.Join(write(f), f.Close()); err != nil {
		return writeError(name, err)
	}
	return nil
}

// Whole writes all of data.
func Whole(data []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

func writeError(name string, err error) error {
	return fmt.Errorf("write %s: %w", name, withoutPath(err))
}

// withoutPath returns the system's own words from an error that names the file again.
func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
