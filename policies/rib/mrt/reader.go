package mrt

import (
	"errors"
	"fmt"
	"io"

	"depeer/policies/rib"
)

// ErrNoRoute says that a file holds no readable route, up to its end or up to the point
// where it breaks off.
var ErrNoRoute = errors.New("no route that can be read")

// maxRecord is the longest record that the reader holds in memory. The peers of all
// collectors together would need less than a quarter of it for one prefix.
const maxRecord = 16 << 20

// Reader reads one dump, once.
//
// Unpacking runs ahead in a goroutine of its own, by a megabyte at most. It begins
// and ends with the loop over Paths.
type Reader struct {
	source source
	begun  bool
	from   Snapshot
	report Report
}

// NewReader returns a reader of r. Nothing is read from r before the loop over Paths
// begins, nor after it has ended for any reason; then r may be closed. A loop that
// is left early ends when a Read of r that has begun returns.
func NewReader(r io.Reader) *Reader { return NewSnapshotReader(r, Snapshot{}) }

// NewSnapshotReader returns a reader of one snapshot of r. With the zero Snapshot r must hold
// only one: a second one makes the loop over Paths end with ErrAppended.
func NewSnapshotReader(r io.Reader, s Snapshot) *Reader {
	return &Reader{source: source{r: r}, from: s}
}

// Paths yields the paths of the dump in the order in which they stand there, as
// rib.Source promises. Nothing is allocated for a path; what a path holds, MED and
// ASPath included, is the reader's and valid until the next.
//
// An error comes last, after all readable paths: io.ErrUnexpectedEOF in it says
// that the file is cut, ErrNoRoute that it holds no route, ErrAppended that the paths
// before it are out of date. Other errors are those of the io.Reader, or of the packing.
// Damaged records are no error: see Report. A second loop yields only an error.
func (r *Reader) Paths() rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		if r.begun {
			yield(nil, errors.New("a dump is read once"))
			return
		}
		r.begun = true
		in := startUnpacking(&r.source)
		defer in.close()
		d := decoder{report: &r.report, yield: yield}
		err := r.readRecords(in, &d)
		switch {
		case d.stopped:
		case err == ErrAppended:
			yield(nil, err)
		case r.report.Paths == 0:
			yield(nil, r.report.noRouteError(err))
		case err != nil:
			yield(nil, err)
		}
	}
}

// Report says what the reader has read so far. It is for the goroutine of the loop over
// Paths, within the loop and after it.
func (r *Reader) Report() Report { return r.report.cloneReport() }

// Consumed returns how many bytes the reader has taken from the io.Reader: packed ones,
// if the file is packed. It is for progress, and runs up to an unpacked megabyte ahead of
// the yielded paths. Any goroutine may call it at any time.
func (r *Reader) Consumed() int64 { return r.source.consumed.Load() }

// readRecords reads until the end (nil), an error, or until the loop stops.
func (r *Reader) readRecords(in *input, d *decoder) error {
	var told snapshots
	r.report.Older = r.from.Older
	for {
		h, err := in.takeOctets(headerLen)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("in the header of record %d: %w", r.report.Records+1, err)
		}
		r.report.Records++
		head := parseHeader(h)
		if told.noteRecord(head) && r.from.Table == 0 {
			return ErrAppended
		}
		decode := d.readerFor(head.Kind)
		switch {
		case told.tables > 0 && told.tables < r.from.Table && head.Type == tableDumpV2:
			err = in.skipOctets(head.length) // of an older snapshot
		case decode == nil:
			r.report.noteUnread(head.Kind)
			err = in.skipOctets(head.length)
		case head.length > maxRecord:
			r.report.noteDamaged(tooLong)
			err = in.skipOctets(head.length)
		default:
			var body []byte
			if body, err = in.takeOctets(int(head.length)); err == nil {
				d.readRecord(head, decode, body)
			}
		}
		if err == io.EOF { // with the header there is something to come
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return fmt.Errorf("in record %d: %w", r.report.Records, err)
		}
		if d.stopped {
			return nil
		}
	}
}
