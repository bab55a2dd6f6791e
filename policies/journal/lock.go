package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"depeer/filters/trust"
)

// Holder is the process that works, or worked, on a target.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	By    string    `json:"by"` // user@host
	Since time.Time `json:"since"`
}

func (h Holder) String() string {
	return fmt.Sprintf("%s, process %d on %s, since %s", h.By, h.PID, h.Host, h.Since.UTC().Format(time.RFC3339))
}

// ErrLocked says that another process on this machine works on the target. The error that wraps it
// names that process.
var ErrLocked = errors.New("locked")

// LockedError names the holder of a lock.
type LockedError struct {
	Target string
	Holder Holder // zero if it has not written its name yet
}

func (e *LockedError) Error() string {
	if e.Holder.PID == 0 {
		return e.Target + ": locked by another process"
	}
	return fmt.Sprintf("%s: locked by %s", e.Target, e.Holder)
}

func (e *LockedError) Unwrap() error { return ErrLocked }

// Lock is held on one target by this process, until Unlock or its death.
type Lock struct {
	store  *Store
	target string
	dir    string
	file   *os.File
	self   Holder

	// Died is the previous holder, if it died with the lock; otherwise nil. See Unfinished for what
	// it was doing.
	Died *Holder
}

// Lock takes the lock of this machine on a target. If a living process holds it,
// the error is a *LockedError; it does not wait.
func (s *Store) Lock(target, by string) (*Lock, error) {
	dir := s.targetDirectory(target)
	if err := s.makeDirectory(dir); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	name := filepath.Join(dir, "lock")
	file, err := s.openToWrite(name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", name, withoutPath(err))
	}
	l := &Lock{store: s, target: target, dir: dir, file: file}
	if err := l.takeLock(by); err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

// takeLock takes the lock, if no process holds it, and writes our name into the file.
func (l *Lock) takeLock(by string) error {
	err := syscall.Flock(int(l.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	previous := l.readHolder()
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return &LockedError{l.target, previous}
	case err != nil:
		return fmt.Errorf("lock: %w", err)
	}
	if previous.PID != 0 {
		l.Died = &previous
	}
	host, err := os.Hostname()
	if err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	l.self = Holder{PID: os.Getpid(), Host: host, By: by, Since: l.store.clock.Now()}
	return l.writeHolder()
}

// Locked says whether a living process holds the lock of a target.
func (s *Store) Locked(target string) (bool, error) {
	name := filepath.Join(s.targetDirectory(target), "lock")
	file, err := s.trust.Open(name, trust.State)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("lock %s: %w", name, withoutPath(err))
	}
	defer file.Close()
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) // let go of with the file
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	} else if err != nil {
		return false, fmt.Errorf("lock: %w", err)
	}
	return false, nil
}

// readHolder returns the holder named in the file. It is zero if there is none, or a torn one.
func (l *Lock) readHolder() Holder {
	var h Holder
	data, err := io.ReadAll(io.NewSectionReader(l.file, 0, 4096))
	if err != nil || json.Unmarshal(data, &h) != nil {
		return Holder{}
	}
	return h
}

func (l *Lock) writeHolder() error {
	data, err := json.Marshal(l.self)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	if _, err := l.file.WriteAt(append(data, '\n'), 0); err != nil {
		return fmt.Errorf("lock: %w", err)
	}
	return l.file.Sync()
}

// Unlock releases the lock. It removes the name from the file first: a name that stays there is of
// a process that died.
func (l *Lock) Unlock() error {
	return errors.Join(l.file.Truncate(0), l.file.Close())
}
