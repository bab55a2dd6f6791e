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
// symbolic link keeps its target. An existing file keeps its mode and owner; a new one gets mode.
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

// replaceIf is Replace for a file that holds old. It gives up if the file has changed: another
// process has written it.
func replaceIf(name string, old, data []byte) error {
	name, err := followLinks(name)
	if err != nil {
		return err
	}
	tmp, err := writeBeside(name, Whole(data), 0o644)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	now, err := os.ReadFile(name)
	if err != nil {
		return writeError(name, err)
	}
	if !bytes.Equal(now, old) {
		return fmt.Errorf("write %s: %w", name, errMeanwhile)
	}
	return renameSynced(tmp, name)
}

// errMeanwhile is the error of replaceIf for a file that has changed.
var errMeanwhile = errors.New("somebody has written it meanwhile")

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

// writeBeside writes data to a new file beside name, synced, with the mode and the owner of name.
// It returns the name of the new file.
func writeBeside(name string, write func(io.Writer) error, mode fs.FileMode) (string, error) {
	info, err := os.Stat(name)
	if err == nil {
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".depeer.*")
	if err != nil {
		return "", writeError(name, err)
	}
	err = errors.Join(write(tmp), tmp.Chmod(mode), keepOwner(tmp, info), tmp.Sync(), tmp.Close())
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
