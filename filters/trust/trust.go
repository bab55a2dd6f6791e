package trust

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Kind says what a file decides, and so which users may write it.
type Kind uint8

const (
	Any      Kind = iota // decides nothing: anybody may have written it
	List                 // a list of providers
	Exchange             // the exchange file, and the certificates that it names
	Secret               // a key, a password
	State                // a file in the state directory
)

// Rule opens files. The zero value refuses files that others could have written.
type Rule struct {
	// All trusts files of any owner and mode. Links in the state directory are not followed all
	// the same.
	All bool
}

// Error says that a file is not trusted. Its text does not name the file.
type Error struct {
	Path string
	Why  string
}

func (e *Error) Error() string { return e.Why }

// Hint says what helps against an Error.
const Hint = "chown or chmod it; --trust-files, if whoever can write it may decide"

// ErrNotRegular says that a file is a pipe, a device or a socket.
var ErrNotRegular = errors.New("is not a regular file")

// ErrDirectory says that a file is a directory.
var ErrDirectory = errors.New("is a directory")

// Open opens a regular file to read it. The error is an *Error where the file is not trusted.
func (r Rule) Open(name string, kind Kind) (*os.File, error) {
	return r.OpenFile(name, kind, os.O_RDONLY, 0)
}

// OpenFile is Open with the flags and the mode of os.OpenFile.
func (r Rule) OpenFile(name string, kind Kind, flags int, mode fs.FileMode) (*os.File, error) {
	if err := r.checkWay(name, kind); err != nil {
		return nil, err
	}
	// A device is not even opened: that alone can make it do something.
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() && kind != State {
		return nil, notRegular(info)
	}
	file, err := openUnblocked(name, kind, flags, mode)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil {
		err = r.judge(name, info, kind)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// openUnblocked opens a file without waiting for the other end of a pipe. It follows no link to a
// file of the state.
func openUnblocked(name string, kind Kind, flags int, mode fs.FileMode) (*os.File, error) {
	flags |= nonblock
	if kind == State {
		flags |= noFollow
		if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return nil, &Error{name, "it is a link, and links in the state directory are not followed"}
		} else if err == nil && !info.Mode().IsRegular() {
			return nil, notRegular(info)
		}
	}
	return os.OpenFile(name, flags, mode)
}

// Check judges a file as Open does. One that is missing is not judged.
func (r Rule) Check(name string, kind Kind) error {
	file, err := r.Open(name, kind)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	return file.Close()
}

func notRegular(info fs.FileInfo) error {
	if info.IsDir() {
		return ErrDirectory
	}
	return ErrNotRegular
}

// checkWay judges the directory that a file is in, and the links that lead to it.
func (r Rule) checkWay(name string, kind Kind) error {
	switch {
	case kind == State:
		return r.CheckStateDirectory(filepath.Dir(name))
	case kind == Any || r.All:
		return nil
	}
	if err := r.CheckLinks(name); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return nil // opening it says why
	}
	return checkPlace(name, filepath.Dir(real))
}

// checkPlace returns an error where others may replace what is in a directory.
func checkPlace(name, dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return nil // opening the file says why
	}
	if info.Mode().Perm()&othersWrite != 0 && info.Mode()&fs.ModeSticky == 0 {
		return &Error{name, fmt.Sprintf("others may write in its directory, %s", dir)}
	}
	return nil
}

// CheckStateDirectory judges a directory inside the state directory. One that is missing is not judged.
func (r Rule) CheckStateDirectory(dir string) error {
	info, err := os.Lstat(dir)
	switch {
	case err != nil:
		return nil // opening what is in it says why
	case info.Mode()&fs.ModeSymlink != 0:
		return &Error{dir, fmt.Sprintf("%s is a link, and links in the state directory are not followed", dir)}
	}
	return r.judgeOwnerAndWriters(dir, info, State)
}

// CheckState judges the state directory itself. A link may lead to it, and its group may not write in
// it, private or not.
func (r Rule) CheckState(dir string) error {
	if r.All {
		return nil
	}
	if err := r.CheckLinks(dir); err != nil {
		return err
	}
	info, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	if info.Mode().Perm()&(othersWrite|groupWrite) != 0 {
		return &Error{dir, "others can write in it"}
	}
	if err := r.judgeOwnerAndWriters(dir, info, State); err != nil {
		return err
	}
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	return checkPlace(dir, filepath.Dir(real))
}
