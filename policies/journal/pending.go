package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Pending is an apply that is rolled back unless it is confirmed in time.
//
// It holds the deadline twice: as time since the machine started, which setting the clock does not
// change, and as time of day, for after a restart of the machine.
type Pending struct {
	Version  int           `json:"version,omitempty"` // of the format
	Entry    string        `json:"entry"`             // ID of what is to be confirmed
	By       Holder        `json:"by"`
	Deadline time.Time     `json:"deadline"`
	Boot     string        `json:"boot,omitempty"`
	Uptime   time.Duration `json:"uptime,omitempty"` // at the deadline, in nanoseconds
	// Early: it waits since before the change took effect. While the process that makes the change is at
	// work, only its guardian knows.
	Early bool `json:"early,omitempty"`

	clock Clock
}

// Left returns the time left to confirm; 0 or less when it is overdue.
func (p *Pending) Left() time.Duration {
	if boot, uptime := p.clock.Uptime(); boot != "" && boot == p.Boot {
		return p.Uptime - uptime
	}
	return p.Deadline.Round(0).Sub(p.clock.Now().Round(0))
}

// Arm makes the entry wait for a confirmation, within that time from now. It replaces what was
// pending, and is on disk when Arm returns.
func (l *Lock) Arm(entry string, within time.Duration) (*Pending, error) {
	return l.arm(entry, within, false)
}

// ArmEarly is Arm before the change takes effect.
func (l *Lock) ArmEarly(entry string, within time.Duration) (*Pending, error) {
	return l.arm(entry, within, true)
}

func (l *Lock) arm(entry string, within time.Duration, early bool) (*Pending, error) {
	clock := l.store.clock
	p := &Pending{Version: formatVersion, Entry: entry, By: l.self, Deadline: clock.Now().Add(within).UTC(),
		Early: early, clock: clock}
	if boot, uptime := clock.Uptime(); boot != "" {
		p.Boot, p.Uptime = boot, uptime+within
	}
	data, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("pending: %w", err)
	}
	if err := replaceFile(pendingPath(l.dir), append(data, '\n')); err != nil {
		return nil, fmt.Errorf("pending: %w", err)
	}
	return p, nil
}

// Disarm ends the wait, and records why in the entry: "confirmed", "restored". It is an error if
// nothing is pending, or another entry.
func (l *Lock) Disarm(entry, why string) error {
	p, err := l.Pending()
	switch {
	case err != nil:
		return err
	case p == nil || p.Entry != entry:
		return fmt.Errorf("%s is not waiting for a confirmation", entry)
	}
	if err := os.Remove(pendingPath(l.dir)); err != nil {
		return fmt.Errorf("pending: %w", err)
	}
	if err := syncDirectory(l.dir); err != nil {
		return fmt.Errorf("pending: %w", err)
	}
	return l.addConfirmEvent(entry, why)
}

// addConfirmEvent adds a Confirm event to an entry, finished or not. It skips an entry that cannot
// be read.
func (l *Lock) addConfirmEvent(id, why string) error {
	e := &Entry{ID: id, lock: l}
	_, whole, err := l.store.parseFile(e.filePath())
	if unread := (*UnreadError)(nil); errors.As(err, &unread) {
		return nil
	} else if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	e.size = int64(whole)
	if e.file, err = l.store.openToWrite(e.filePath(), os.O_WRONLY); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	by := l.self
	return errors.Join(e.appendEvent(Event{Kind: Confirm, By: &by, Text: why}), e.file.Close())
}

// Pending returns what waits for a confirmation; nil if nothing does. An *UnreadError means that
// something waits but cannot be read.
func (l *Lock) Pending() (*Pending, error) { return l.store.readPending(l.dir) }

// Pending is Lock.Pending without the lock: what it returns may be gone a moment later. It passes over
// what was armed early and whose process is at work.
func (s *Store) Pending(target string) (*Pending, error) {
	p, err := s.Armed(target)
	if err != nil || p == nil || !p.Early {
		return p, err
	}
	if locked, err := s.Locked(target); err != nil || locked {
		return nil, err
	}
	return p, nil
}

// Armed is Pending for the guardian: it tells also what was armed early.
func (s *Store) Armed(target string) (*Pending, error) {
	return s.readPending(s.targetDirectory(target))
}

func (s *Store) readPending(dir string) (*Pending, error) {
	path := pendingPath(dir)
	data, err := s.readFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	p, err := decodeVersioned(pendingReaders, data)
	switch {
	case errors.As(err, new(*versionError)):
		return nil, &UnreadError{path, err}
	case err != nil || !isValidID(p.Entry):
		return nil, &UnreadError{path, errors.New("it is damaged")}
	}
	p.clock = s.clock
	return &p, nil
}

// SetAside renames a pending confirmation that cannot be read, and returns the new name. It no
// longer waits, and stays for people to look at.
func (l *Lock) SetAside() (string, error) {
	from := pendingPath(l.dir)
	for n := 1; ; n++ {
		to := fmt.Sprintf("%s.unread-%d", from, n)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Rename(from, to); err != nil {
			return "", fmt.Errorf("pending: %w", err)
		}
		return to, syncDirectory(l.dir)
	}
}

func pendingPath(dir string) string { return filepath.Join(dir, "pending.json") }

// replaceFile writes a file whole or not at all, synced.
func replaceFile(path string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncDirectory(filepath.Dir(path))
}
