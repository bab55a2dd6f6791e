package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
)

// ofContent are the attributes that the kernel makes from a file's content: a new content has others.
var ofContent = []string{"security.ima", "security.evm"}

// keepAttributes gives a new file the extended attributes of the file it will replace, the ACL among them,
// and no others: a directory can give its files an ACL of its own.
func keepAttributes(to, from string, old fs.FileInfo) error {
	if old == nil {
		return nil
	}
	want, err := readAttributes(from)
	if err != nil {
		return fmt.Errorf("%w: its attributes: %w", ErrNotKept, err)
	}
	have, err := readAttributes(to)
	if err != nil {
		return fmt.Errorf("%w: its attributes: %w", ErrNotKept, err)
	}
	for name, value := range want {
		if had, is := have[name]; is && bytes.Equal(had, value) {
			continue
		}
		if err := syscall.Setxattr(to, name, value, 0); err != nil {
			return fmt.Errorf("%w: its attribute %q: %w", ErrNotKept, name, err)
		}
	}
	for name := range have {
		if _, is := want[name]; is || !strings.HasPrefix(name, "system.posix_acl_") {
			continue
		}
		if err := syscall.Removexattr(to, name); err != nil {
			return fmt.Errorf("%w: its directory gives it an ACL: %w", ErrNotKept, err)
		}
	}
	return nil
}

// readAttributes returns the extended attributes of a file; none where its file system has none.
func readAttributes(name string) (map[string][]byte, error) {
	list, err := readSized(func(b []byte) (int, error) { return syscall.Listxattr(name, b) })
	if errors.Is(err, syscall.ENOTSUP) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	all := map[string][]byte{}
	for attribute := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		if attribute == "" || slices.Contains(ofContent, attribute) {
			continue
		}
		value, err := readSized(func(b []byte) (int, error) { return syscall.Getxattr(name, attribute, b) })
		if errors.Is(err, syscall.ENODATA) {
			continue // removed meanwhile
		} else if err != nil {
			return nil, fmt.Errorf("%q: %w", attribute, err)
		}
		all[attribute] = value
	}
	return all, nil
}

// readSized calls read for the size of a value, and then for the value.
func readSized(read func([]byte) (int, error)) ([]byte, error) {
	for {
		size, err := read(nil)
		if err != nil || size == 0 {
			return nil, err
		}
		b := make([]byte, size)
		n, err := read(b)
		if errors.Is(err, syscall.ERANGE) {
			continue // it has grown
		} else if err != nil {
			return nil, err
		}
		return b[:n], nil
	}
}
