package run

import (
	"errors"
	"fmt"
	"time"

	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/watch"
)

// readHistory finds the last change, and whether it was finished.
func (k *keeper) readHistory(f *watch.Finding) error {
	newest := true
	for record, err := range k.Store.Backward(k.target.Address) {
		if err != nil {
			return err
		}
		if record.Unread != nil {
			k.noteUnknown(f, record, record.Unread)
			break
		}
		if newest && !record.Finished() {
			k.checkUnfinished(f, record)
		}
		newest = false
		if !operate.TookEffect(record) {
			continue
		}
		p, err := record.Plan()
		if err != nil {
			k.noteUnknown(f, record, err)
			break
		}
		if operate.NotConfirmed(record) {
			k.noteUnknown(f, record, fmt.Errorf("%s was %s", record.ID, operate.Unconfirmed))
			break // and was not taken back, either
		}
		if k.found.last == nil {
			k.found.last = p
		}
		if record.Begun.Action == operate.ActionRepair {
			continue // it repeats what was decided before
		}
		k.found.byPerson = record.Begun.Action != operate.ActionWatch && record.Begun.Action != operate.ActionRecover
		if record.Begun.Action == "rollback" || record.Begun.Action == "clear" {
			f.Kept = true
			k.found.kept = fmt.Sprintf("%s by %s at %s", record.Begun.Action, record.By.By,
				record.To.UTC().Format(time.RFC3339))
		}
		f.Last, k.found.judged = record.ID, p
		break
	}
	w, err := operate.ReadWaits(k.Store.Pending(k.target.Address))
	if err != nil {
		return err
	}
	if w.Anything() && f.InTheWay == watch.Clear {
		f.InTheWay, k.found.why = watch.Pending, w.String()
		if pending := w.Pending; pending != nil && pending.Left() <= 0 {
			k.found.why = pending.Entry + ": its confirmation is overdue"
		}
	}
	return nil
}

// noteUnknown notes that the entry of the last decision cannot be read. It may be a person's rollback or
// clear, so no list is applied until a person applies one.
func (k *keeper) noteUnknown(f *watch.Finding, record *journal.Record, unread error) {
	f.Kept, k.found.kept, f.Last = true, unread.Error(), record.ID
}

// checkUnfinished finds out whether another process works on an entry without an end, or the entry was
// cut off.
func (k *keeper) checkUnfinished(f *watch.Finding, record *journal.Record) {
	lock, err := k.Store.Lock(k.target.Address, k.Operator.By)
	if err != nil {
		f.InTheWay, k.found.why, k.found.locked = watch.Locked, err.Error(), errors.Is(err, journal.ErrLocked)
		return
	}
	defer lock.Unlock()
	if cut, err := lock.Unfinished(); err == nil && len(cut) > 0 {
		f.CutOff, k.found.why = true, fmt.Sprintf("%s of %s was cut off", record.ID, record.By)
	}
}

// findOwnHolders returns the names that a change cut off on this machine holds the daemon's lock by.
func (k *keeper) findOwnHolders() []string {
	for record, err := range k.Store.Backward(k.target.Address) {
		if err != nil || record.Finished() || record.Unread != nil {
			return nil
		}
		return []string{record.Begun.Plan, record.Begun.Holder}
	}
	return nil
}
