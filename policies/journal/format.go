package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// formatVersion is the version of journals and of pending confirmations that this package
// writes: each line, and each file, carries it.
const formatVersion = 1

// The readers of a journal's line and of a pending confirmation, by version. Files from before
// there were versions have none, and are otherwise as version 1.
var (
	lineReaders    = map[int]func([]byte) (Event, error){0: readJSON[Event], 1: readJSON[Event]}
	pendingReaders = map[int]func([]byte) (Pending, error){0: readJSON[Pending], 1: readJSON[Pending]}
)

func readJSON[T any](data []byte) (out T, err error) {
	err = json.Unmarshal(data, &out)
	return out, err
}

// decodeVersioned decodes data with the reader for its version.
func decodeVersioned[T any](readers map[int]func([]byte) (T, error), data []byte) (T, error) {
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

// versionError says that no reader here reads this version.
type versionError struct{ version int }

func (e *versionError) Error() string {
	return fmt.Sprintf("it is of version %d, and this depeer reads version %d", e.version, formatVersion)
}

// UnreadError says that something in the state directory cannot be read: it is of another version,
// damaged, or not a file of ours.
type UnreadError struct {
	Path string
	Err  error
}

func (e *UnreadError) Error() string { return fmt.Sprintf("%s cannot be read: %v", e.Path, e.Err) }

func (e *UnreadError) Unwrap() error { return e.Err }

// withoutPath removes the path from an error that names it.
func withoutPath(err error) error {
	if named := (*fs.PathError)(nil); errors.As(err, &named) {
		return named.Err
	}
	return err
}
