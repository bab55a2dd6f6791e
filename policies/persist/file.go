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

// File is the gobgpd.conf, in TOML, of one route server, on this machine. Its methods
// read it anew each time. It is not safe for concurrent use.
type File struct {
	Path   string
	Server plan.Server // whose it has to be

	// Judge says what gobgpd would make of text, where the file holds old now; nil: nobody
	// asks. Its error is that it was interrupted.
	Judge func(old, text []byte) (diag.List, error)
}

// Found is what was found in a file.
type Found struct {
	Text  []byte
	Holds *policies.RoutingPolicy // of ours

	// Stale says that a reload would not leave in force what was asked for. Rewrite says
	// that Put would write, be it only a comment.
	Stale, Rewrite bool
	// Anchored says that the file defines our policies. Where it does not, a reload of it
	// rejects every route of the members with ours in their lists.
	Anchored bool
	// Warnings are what gobgpconf.ReplacePart says: clients that the file does not have in our
	// hands, and what a reload costs.
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

// What a file is that is right, and all the same not to be written.
var (
	// ErrOther: it is of another route server.
	ErrOther = errors.New("it is the file of another route server")
	// ErrEdited: our part of it is not as we have written it.
	ErrEdited = errors.New("our part of it has been changed by hand")
)

// Look says how the file stands to want, with comment above it. Its errors are
// *WrongError, and those that wrap ErrOther or ErrEdited; with ErrEdited, what was found
// is returned as well.
func (f File) Look(want *policies.RoutingPolicy, comment []string) (*Found, error) {
	found, next, err := f.read(want, comment)
	if err != nil {
		return nil, err
	}
	if err := f.judge(found, next); err != nil {
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

// judge has the next one judged. What is no error is a warning of found.
func (f File) judge(found *Found, next []byte) error {
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

// read reads the file, and makes the next one of it.
func (f File) read(want *policies.RoutingPolicy, comment []string) (*Found, []byte, error) {
	text, err := regular(f.Path)
	if err != nil {
		e := &WrongError{}
		e.Diags.Errorf(diag.Position{File: f.Path}, "input-unreadable", "", "%v", reason(err))
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

// regular returns what is in a file that is one: a pipe would be waited for.
func regular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a regular file")
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

// Try does what Put does, and Look's questions, but for putting the result in place.
func (f File) Try(want *policies.RoutingPolicy, comment []string) error {
	if _, err := f.Look(want, comment); err != nil {
		return err
	}
	_, next, err := f.read(want, comment)
	if err != nil {
		return err
	}
	return try(f.Path, next)
}

// often is how often somebody else may write meanwhile.
const often = 5

// Put has the file hold want as our part, if it does not, and says whether it was
// written. It does not ask whether somebody has changed our part: see Look.
func (f File) Put(want *policies.RoutingPolicy, comment []string) (written bool, err error) {
	for range often {
		var found *Found
		var next []byte
		if found, next, err = f.read(want, comment); err != nil {
			return false, err
		}
		if bytes.Equal(found.Text, next) {
			return false, nil
		}
		if err = replaceIf(f.Path, found.Text, next); err == nil {
			return true, nil
		} else if !errors.Is(err, errMeanwhile) {
			return false, err
		}
	}
	return false, err
}
