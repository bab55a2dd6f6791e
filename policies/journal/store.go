package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Store is a state directory.
type Store struct {
	// OnUnread is called for each entry and each plan that cannot be read, each time; nil: it is not.
	// Set it before the Store is used.
	OnUnread func(*UnreadError)

	dir   string
	clock Clock
}

// Open returns the state directory dir, and creates it if it does not exist. It is an error if
// users other than its owner can write in it.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, "targets"), 0o700); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	if info.Mode().Perm()&0o022 != 0 {
		return nil, fmt.Errorf("state directory %s: others can write in it (hint: chmod 700)", dir)
	}
	return &Store{dir: dir, clock: systemClock{}}, nil
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
