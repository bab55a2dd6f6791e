package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// formatVersion is the version of journals and of pending confirmations that this package
// writes: each line, and each file, carries it.
const formatVersion = 1

// The readers of a line of a journal, and of what is pending, by the version that it carries.
// What was written before there were versions carries none, and is as version 1 without it.
var (
	lineReaders    = map[int]func([]byte) (Event, error){0: readJSON[Event], 1: readJSON[Event]}
	pendingReaders = map[int]func([]byte) (Pending, error){0: readJSON[Pending], 1: readJSON[Pending]}
)

func readJSON[T any](data []byte) (out T, err error) {
	err = json.Unmarshal(data, &out)
	return out, err
}

// read finds the reader for what data says that it is.
func read[T any](readers map[int]func([]byte) (T, error), data []byte) (T, error) {
	var none T
	head, err := readJSON[struct {
		Version int `json:"version"`
	}](data)
	if err != nil {
		return none, err
	}
	reader, known := readers[head.Version]
	if !known {
		return none, &versionError{head.Version}
	}
	return reader(data)
}

// versionError says that something is of a version that nothing here reads.
type versionError struct{ version int }

func (e *versionError) Error() string {
	return fmt.Sprintf("it is of version %d, and this depeer reads version %d", e.version, formatVersion)
}

// UnreadError says that something in the state directory cannot be read: it is of another
// version, damaged, or nothing of ours.
type UnreadError struct {
	Path string
	Err  error
}

func (e *UnreadError) Error() string { return fmt.Sprintf("%s cannot be read: %v", e.Path, e.Err) }

func (e *UnreadError) Unwrap() error { return e.Err }

// readFile reads a file of ours. A pipe or a device in its place is not waited for. The error
// is fs.ErrNotExist or an *UnreadError.
func readFile(path string) ([]byte, error) {
	data, err := []byte(nil), regular(path)
	if err == nil {
		data, err = os.ReadFile(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = &UnreadError{path, reason(err)}
	}
	return data, err
}

// regular is an error unless path is a file.
func regular(path string) error {
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a file")
	}
	return err
}

// reason takes the path off an error that names it.
func reason(err error) error {
	if named := (*fs.PathError)(nil); errors.As(err, &named) {
		return named.Err
	}
	return err
}
