package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"depeer/filters/trust"
)

// Store is a state directory.
type Store struct {
	// OnUnread is called for each entry and each plan that cannot be read, each time; nil: it is not.
	// Set it before the Store is used.
	OnUnread func(*UnreadError)

	dir   string
	trust trust.Rule
	clock Clock
}

// Open returns the state directory dir, and creates it if it does not exist. The error wraps a
// *trust.Error if users other than root and the caller own it or can write in it.
func Open(dir string) (*Store, error) { return OpenTrusting(dir, trust.Rule{}) }

// OpenTrusting is Open with another rule for the directory, and for the files in it.
func OpenTrusting(dir string, rule trust.Rule) (*Store, error) {
	if err := rule.CheckState(dir); err != nil { // before anything is made in it
		return nil, fmt.Errorf("state directory %s: %w", dir, err)
	}
	targets := filepath.Join(dir, "targets")
	if err := os.MkdirAll(targets, 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if err := errors.Join(rule.CheckState(dir), rule.CheckStateDirectory(targets)); err != nil {
		return nil, fmt.Errorf("state directory %s: %w", dir, err)
	}
	return &Store{dir: dir, trust: rule, clock: systemClock{}}, nil
}

// makeDirectory makes the directory of a target, and judges it.
func (s *Store) makeDirectory(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return s.trust.CheckStateDirectory(dir)
}

// readFile reads a file of ours. It does not wait for a pipe or a device in its place. The error is
// fs.ErrNotExist or an *UnreadError.
func (s *Store) readFile(path string) ([]byte, error) {
	file, err := s.trust.Open(path, trust.State)
	var data []byte
	if err == nil {
		defer file.Close()
		data, err = io.ReadAll(file)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		err = &UnreadError{path, withoutPath(err)}
	}
	return data, err
}

// openToWrite opens a file of ours. With os.O_CREATE it makes one.
func (s *Store) openToWrite(path string, flags int) (*os.File, error) {
	return s.trust.OpenFile(path, trust.State, flags, 0o600)
}

// targetDirectory returns the directory of a target, by the address that is dialled.
func (s *Store) targetDirectory(target string) string {
	readable := strings.Trim(strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' {
			return r
		}
		return '-'
	}, target), "-.")
	sum := sha256.Sum256([]byte(target))
	return filepath.Join(s.dir, "targets", readable[:min(len(readable), 60)]+"-"+hex.EncodeToString(sum[:6]))
}

// syncDirectory makes the names in dir durable.
func syncDirectory(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
