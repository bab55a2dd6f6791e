package persist

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/plan"
)

// File is the gobgpd.conf, in TOML, of one route server, on this machine. Its methods read it each
// time. It is not safe for concurrent use.
type File struct {
	Path   string
	Server plan.Server // the server that the file has to describe

	// Judge says what gobgpd would make of text, where the file holds old now; nil: the file is not
	// judged. Its error means that it was interrupted.
	Judge func(old, text []byte) (diag.List, error)
}

// Found is the content of a file.
type Found struct {
	Text  []byte
	Holds *policies.RoutingPolicy // of ours

	// Stale says that a reload would not leave in force what was asked for. Rewrite says that Put
	// would write, even if only a comment.
	Stale, Rewrite bool
	// Anchored says that the file defines our policies. Where it does not, a reload of it
	// rejects every route of the members with ours in their lists.
	Anchored bool
	// Warnings are those of gobgpconf.ReplacePart: clients that the file does not give to our
	// policies, and what a reload costs.
	Warnings diag.List
}

// WrongError says that our part cannot be put into a file.
type WrongError struct {
	Text  []byte // nil: it could not be read
	Diags diag.List
}

func (e *WrongError) Error() string {
	for _, d := range e.Diags {
		if d.Severity == diag.Error {
			return d.String()
		}
	}
	panic("persist: wrong without a reason")
}

// Reasons not to write a file that is otherwise right.
var (
	// ErrOther: it is of another route server.
	ErrOther = errors.New("it is the file of another route server")
	// ErrEdited: our part of it is not as we have written it.
	ErrEdited = errors.New("our part of it has been changed by hand")
)

// Look compares the file with want, with comment above it. Its errors are *WrongError, and errors
// that wrap ErrOther or ErrEdited. With ErrEdited, it also returns what it found.
func (f File) Look(want *policies.RoutingPolicy, comment []string) (*Found, error) {
	found, next, err := f.readFile(want, comment)
	if err != nil {
		return nil, err
	}
	if err := f.judgeNext(found, next); err != nil {
		return nil, err
	}
	holds, l := gobgpconf.ReadPart(f.Path, found.Text)
	found.Rewrite = !bytes.Equal(found.Text, next)
	found.Holds = holds
	found.Stale = holds == nil || !found.Anchored || !policies.Same(holds, want)
	switch {
	case holds == nil:
		return found, fmt.Errorf("%s: %w: %w", f.Path, ErrEdited, &WrongError{found.Text, l})
	case !holds.Genuine():
		found.Stale = true
		return found, fmt.Errorf("%s: %w: names and contents do not agree", f.Path, ErrEdited)
	default:
		return found, nil
	}
}

// judgeNext has the next text judged. Diagnostics that are no errors become warnings of found.
func (f File) judgeNext(found *Found, next []byte) error {
	if f.Judge == nil {
		return nil
	}
	l, err := f.Judge(found.Text, next)
	if err != nil {
		return err
	}
	if l.Worst() == diag.Error {
		return &WrongError{found.Text, l}
	}
	found.Warnings = append(found.Warnings, l...)
	return nil
}

// readFile reads the file, and makes the next text from it.
func (f File) readFile(want *policies.RoutingPolicy, comment []string) (*Found, []byte, error) {
	text, err := readRegular(f.Path)
	if err != nil {
		e := &WrongError{}
		e.Diags.Errorf(diag.Position{File: f.Path}, "input-unreadable", "", "%v", withoutPath(err))
		return nil, nil, e
	}
	next, l := gobgpconf.ReplacePart(f.Path, text, want, comment)
	if next == nil {
		return nil, nil, &WrongError{text, l}
	}
	if asn, id := gobgpconf.ReadServer(text); asn != f.Server.ASN || id != f.Server.RouterID {
		return nil, nil, fmt.Errorf("%s: %w: of AS%s, router-id %v, and the target is AS%s, %s", f.Path, ErrOther, asn,
			id, f.Server.ASN, f.Server.RouterID)
	}
	return &Found{Text: text, Anchored: gobgpconf.Anchored(text), Warnings: l}, next, nil
}

// readRegular reads a regular file. It refuses anything else: reading a pipe would block.
func readRegular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// Try does what Look and Put do, except the last step that puts the result in place.
func (f File) Try(want *policies.RoutingPolicy, comment []string) error {
	if _, err := f.Look(want, comment); err != nil {
		return err
	}
	_, next, err := f.readFile(want, comment)
	if err != nil {
		return err
	}
	return tryReplace(f.Path, next)
}

// maxAttempts bounds how often another process may write in between.
const maxAttempts = 5

// Put writes want as our part of the file, if the file does not hold it, and says whether it wrote.
// It does not check whether a person has changed our part: see Look.
func (f File) Put(want *policies.RoutingPolicy, comment []string) (written bool, err error) {
	for range maxAttempts {
		var found *Found
		var next []byte
		if found, next, err = f.readFile(want, comment); err != nil {
			return false, err
		}
		if bytes.Equal(found.Text, next) {
			return false, nil
		}
		if err = ReplaceIf(f.Path, found.Text, next); err == nil {
			return true, nil
		} else if !errors.Is(err, ErrMeanwhile) {
			return false, err
		}
	}
	return false, err
}
