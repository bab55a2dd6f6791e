package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"depeer/policies/plan"
)

// Entry is the journal of one apply while it is written. It implements apply.Journal.
type Entry struct {
	ID   string // unique in its target: a number and the plan's ID
	lock *Lock
	file *os.File
	size int64 // of what is whole
	step int
	open bool // an intended call is not done
}

// Start says what begins.
type Start struct {
	Action string // apply, clear, rollback: what the user said
	Holder string // of the lock in the daemon
	Undoes string // ID of the entry that a rollback takes back
}

// Event is one line of a journal.
type Event struct {
	Version int       `json:"version,omitempty"` // of the line's format
	Kind    Kind      `json:"event"`
	Time    time.Time `json:"time"`
	By      *Holder   `json:"by,omitempty"` // Begin, Resume

	Begun *Begun `json:"begun,omitempty"` // Begin

	Step     int        `json:"step,omitempty"`     // Intend, Done
	Call     *plan.Call `json:"call,omitempty"`     // Intend; without elements of sets
	Elements int        `json:"elements,omitempty"` // Intend: how many these were
	Error    string     `json:"error,omitempty"`    // Done
	Text     string     `json:"text,omitempty"`     // Phase, End, Confirm: what is to be said
}

// Begun is the content of the first line.
type Begun struct {
	Plan      string         `json:"plan"`
	Action    string         `json:"action"`
	Target    string         `json:"target"`
	Name      string         `json:"name,omitempty"`
	Server    plan.Server    `json:"server"`
	Holder    string         `json:"holder,omitempty"`
	Undoes    string         `json:"undoes,omitempty"`
	Lists     []plan.ListRef `json:"lists,omitempty"`
	Overrides plan.Overrides `json:"overrides,omitempty"`
	Limits    plan.Limits    `json:"limits,omitempty"` // that held
	Calls     int            `json:"calls"`
	Digest    string         `json:"digest,omitempty"` // of the policy that it leads to

	// PolicyLists counts the operator's lists of policies that it puts back: it does
	// nothing else then. AcceptedLists are those that may have lost what they have.
	PolicyLists   int             `json:"policy_lists,omitempty"`
	AcceptedLists []plan.LostList `json:"accepted_lists,omitempty"`
}

// Begin starts the journal of an apply of p. When it returns, the plan and the first line are on
// disk, and space for what follows is reserved. If it fails, nothing must be done.
func (l *Lock) Begin(p *plan.Plan, start Start) (*Entry, error) {
	number, err := l.nextNumber()
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	e := &Entry{ID: fmt.Sprintf("%06d-%s", number, p.ID), lock: l}
	if !isValidID(e.ID) {
		return nil, fmt.Errorf("journal: plan %q has no valid id", p.ID)
	}
	if err := e.writeBeginning(p, start); err != nil {
		e.removeFiles()
		return nil, fmt.Errorf("journal: %w", err)
	}
	return e, nil
}

// writeBeginning writes the plan, reserves space and writes the first line.
func (e *Entry) writeBeginning(p *plan.Plan, start Start) error {
	if err := e.lock.savePlan(e.ID, p); err != nil {
		return err
	}
	file, err := e.lock.store.openToWrite(e.filePath(), os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	e.file = file
	if err := e.reserveSpace(bytesFor(p)); err != nil {
		return err
	}
	by := e.lock.self
	begun := &Begun{
		Plan: p.ID, Action: start.Action, Target: p.Target, Name: p.Name, Server: p.Server, Holder: start.Holder,
		Undoes: start.Undoes, Lists: p.Lists, Overrides: p.Overrides, Limits: p.Limits,
		Calls:       len(p.Change.Calls()) + len(p.PolicyLists),
		Digest:      p.Wanted().Digest(),
		PolicyLists: len(p.PolicyLists), AcceptedLists: p.AcceptedLists,
	}
	if err := e.appendEvent(Event{Kind: Begin, By: &by, Begun: begun}); err != nil {
		return err
	}
	return syncDirectory(e.lock.dir)
}

// removeFiles removes the files of an entry that could not begin.
func (e *Entry) removeFiles() {
	if e.file != nil {
		e.file.Close()
		os.Remove(e.filePath())
	}
	os.Remove(e.lock.planPath(e.ID))
}

func (e *Entry) filePath() string { return filepath.Join(e.lock.dir, e.ID+".jsonl") }

// reserveSpace reserves space behind what is written. It writes zeros, which readers ignore: not
// every file system has another way.
func (e *Entry) reserveSpace(bytes int64) error {
	zeros := make([]byte, bytes)
	if _, err := e.file.WriteAt(zeros, e.size); err != nil {
		return err
	}
	return e.file.Sync()
}

// bytesFor estimates the size of the journal of p: each call and its undoing, twice, and as many
// soft resets and cleaning calls as there may be.
func bytesFor(p *plan.Plan) int64 {
	calls := int64(len(p.Change.Calls()) + len(p.Change.Restore) + len(p.PolicyLists))
	return 64<<10 + 4*1024*calls
}

// Intend records a call that is about to be made. Unless it returns nil, the call must not be made.
func (e *Entry) Intend(c plan.Call) error {
	elements := 0
	if c.Elements != nil {
		elements = c.Elements.Len()
	}
	for _, s := range c.Add {
		c.Take = append(c.Take, s.Name) // names will do; the plan has the rest
	}
	c.Elements, c.Add = nil, nil
	err := e.appendEvent(Event{Kind: Intend, Step: e.step + 1, Call: &c, Elements: elements})
	if err != nil {
		return err
	}
	e.step++
	e.open = true
	return nil
}

// Done records the result of the last intended call.
func (e *Entry) Done(_ plan.Call, made error) error {
	if !e.open {
		return errors.New("journal: no call was intended")
	}
	event := Event{Kind: Done, Step: e.step}
	if made != nil {
		event.Error = made.Error()
	}
	e.open = false
	return e.appendEvent(event)
}

// Phase records the current phase, for people.
func (e *Entry) Phase(what string) error { return e.appendEvent(Event{Kind: Phase, Text: what}) }

// End records the outcome and closes the journal. An entry without it is unfinished.
func (e *Entry) End(outcome string) error {
	err := e.appendEvent(Event{Kind: End, Text: outcome})
	if err == nil {
		err = e.file.Truncate(e.size)
	}
	return errors.Join(err, e.file.Close())
}

// Close leaves the entry unfinished, for recover: the outcome is not known.
func (e *Entry) Close() error { return e.file.Close() }

// appendEvent appends a line and syncs it. It removes a line that could be written in part only.
func (e *Entry) appendEvent(event Event) error {
	event.Version = formatVersion
	event.Time = e.lock.store.clock.Now().UTC()
	line, err := json.Marshal(event)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	line = append(line, '\n')
	if _, err = e.file.WriteAt(line, e.size); err == nil {
		err = e.file.Sync()
	}
	if err != nil {
		return fmt.Errorf("journal: %w", errors.Join(err, e.file.Truncate(e.size)))
	}
	e.size += int64(len(line))
	return nil
}
