package operate

import (
	"errors"
	"fmt"
	"os"
	"time"

	"depeer/filters/diag"
	"depeer/policies/operate/wanted"
	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// dumps reads the routes of files, one after another. It counts in into, and notes in diags, what of
// them cannot be read.
type dumps struct {
	names []string
	into  Dumps
	diags diag.List

	last map[string]mrt.Snapshot // of files that hold several; see readAgainIfAppended

	reading *mrt.Reader // of the last name in into
	size    int64       // of that file, as it is packed; 0 where it has none, as a pipe
}

// describeProgress returns how much of a dump is read, in a clause; "" where that is not known.
func (d *dumps) describeProgress() string {
	if d.reading == nil || d.size == 0 {
		return ""
	}
	return fmt.Sprintf(", %d%% of %s", 100*d.reading.Consumed()/d.size, d.into.Files[len(d.into.Files)-1])
}

// readAgainIfAppended calls use, which looks at all paths. Where a file holds a newer table behind the one
// that was read, it calls use again, from the beginning.
func (d *dumps) readAgainIfAppended(use func() error) error {
	for {
		err := use()
		appended := new(appendedError)
		if !errors.As(err, &appended) {
			return err
		}
		snapshot, err := lastSnapshot(appended.name)
		if err != nil {
			return err
		}
		if d.last == nil {
			d.last = make(map[string]mrt.Snapshot)
		}
		d.last[appended.name] = snapshot
		d.into, d.diags = Dumps{}, nil
	}
}

// appendedError says that a file holds a newer table behind the one that was read.
type appendedError struct{ name string }

func (e *appendedError) Error() string { return e.name + ": " + mrt.ErrAppended.Error() }

// lastSnapshot finds the newest table of a file that holds several.
func lastSnapshot(name string) (mrt.Snapshot, error) {
	wrong := func(err error) error {
		return &Error{Kind: Invalid, Name: "invalid-input", Err: fmt.Errorf("%s: %w", name, err)}
	}
	file, err := os.Open(name)
	if err != nil {
		return mrt.Snapshot{}, wrong(wanted.Reason(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return mrt.Snapshot{},
			wrong(errors.New("holds several tables, and cannot be read a second time: give it as a file"))
	}
	return mrt.LastSnapshot(file), nil
}

// readPaths returns the source of all paths of all files.
func (d *dumps) readPaths() rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for _, name := range d.names {
			if more, err := d.readDump(name, yield); !more || err != nil {
				if err != nil {
					yield(nil, err)
				}
				return
			}
		}
	}
}

// readDump yields the paths of one dump, and says whether more are wanted.
func (d *dumps) readDump(name string, yield func(*rib.Path, error) bool) (more bool, err error) {
	wrong := func(err error) error {
		return &Error{Kind: Invalid, Name: "invalid-input", Err: fmt.Errorf("%s: %w", name, wanted.Reason(err))}
	}
	file, err := os.Open(name)
	if err != nil {
		return false, wrong(err)
	}
	defer file.Close()
	r := mrt.NewSnapshotReader(file, d.last[name])
	d.into.Files, d.reading, d.size = append(d.into.Files, name), r, 0
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		d.size = info.Size()
	}
	for p, err := range r.Paths() {
		if errors.Is(err, mrt.ErrAppended) {
			return false, &appendedError{name}
		}
		if err != nil {
			return false, wrong(err)
		}
		if !yield(p, nil) {
			return false, nil
		}
	}
	report := r.Report()
	d.into.Records += report.Records
	d.into.Paths += report.Paths
	d.into.Damaged += report.Damaged
	d.into.Unread += report.Unread
	if report.Older > 0 {
		d.diags.Warnf(diag.Position{File: name}, "rib-older-tables", "", "the last of %d tables in it counts, taken %s",
			report.Older+1, report.Taken.Format(time.RFC3339))
	}
	if report.Damaged+report.Unread > 0 {
		d.diags.Warnf(diag.Position{File: name}, "rib-not-all-read", "", "not all of it can be read: %s",
			report.String())
	}
	return true, nil
}
