package judge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"depeer/filters/diag"
	"depeer/policies/gobgpconf"
)

// The codes of what is found; the last three are of warnings:
//
//	gobgpd-start       gobgpd does not start with the file
//	gobgpd-no-policy   it loads no policy, and rejects every route
//	gobgpd-rejects     every route of a client is rejected, at a start or a reload
//	gobgpd-neighbor    a neighbor is missing, or becomes another
//	gobgpd-condition   a statement loses a condition, and matches what it should not
//	gobgpd-action      a statement loses an action
//	gobgpd-unjudged    nothing is known: the judge has failed
//	gobgpd-word        a word is taken for another
//	gobgpd-twice       of two only one is used
//	gobgpd-excerpt     it is part of a file
var codes = map[Kind]string{
	NoStart: "gobgpd-start", NoPolicy: "gobgpd-no-policy", Rejects: "gobgpd-rejects", Lost: "gobgpd-neighbor",
	Condition: "gobgpd-condition", Action: "gobgpd-action",
	Word: "gobgpd-word", Twice: "gobgpd-twice", Excerpt: "gobgpd-excerpt",
}

// Diagnose says what is wrong with a file that is to be written, for a start with it and for a
// reload of it. Positions are those of old, the present content of the file called name. It returns
// only the context's error: a failure of the judge is an error in the list.
func (j Judge) Diagnose(ctx context.Context, name string, old, text []byte) (diag.List, error) {
	a, err := j.Ask(ctx, Question{File: text})
	if errors.Is(err, ErrUnjudged) {
		return Unjudged(name, err), nil
	}
	if err != nil {
		return nil, err
	}
	return a.Diagnose(name, old, text), nil
}

// Unjudged returns the diagnostic for a file that could not be judged.
func Unjudged(name string, err error) diag.List {
	var l diag.List
	l.Errorf(diag.Position{File: name}, "gobgpd-unjudged", "gobgpd --dry-run tells some of it",
		"what gobgpd would make of it is not known: %v", err)
	return l
}

// Diagnose formats an answer about text as diagnostics. Positions are those of old, the present
// content of the file called name; the two differ in our part.
func (a *Forecast) Diagnose(name string, old, text []byte) diag.List {
	var l diag.List
	places := gobgpconf.LocateKeys(name, old, text)
	at := func(p Problem) diag.Position {
		if p.Path == "" {
			return findQuoted(name, old, p.Why)
		}
		return places(p.Path)
	}
	for _, p := range a.Start.Problems {
		l.Errorf(at(p), codes[p.Kind], "", "%s", a.atStart(p))
	}
	for _, p := range a.Reload.Problems {
		l.Errorf(at(p), codes[p.Kind], "", "%s", atReload(p))
	}
	if n := len(a.Reload.Rejecting); n > 0 &&
		!slices.ContainsFunc(a.Start.Problems,
			func(p Problem) bool { return p.Kind != Condition && p.Kind != Action }) {
		l.Errorf(diag.Position{File: name}, codes[Rejects], "", "this reload rejects every route of %s",
			gobgpconf.FormatMembers(n))
	}
	for _, p := range a.Warnings {
		l.Warnf(at(p), codes[p.Kind], "", "%s: %s", p.Object, p.Why)
	}
	l.Sort()
	return l
}

// atStart says what a problem means for a start, and until then.
func (a *Forecast) atStart(p Problem) string {
	switch p.Kind {
	case NoStart:
		if a.Reload.Ignored || a.Reload.PolicyIgnored {
			return fmt.Sprintf("gobgpd does not start with this file: %s; a reload (SIGHUP) passes over it, and the "+
				"next restart does not come up", p.Why)
		}
		return "gobgpd does not start with this file: " + p.Why
	case NoPolicy:
		object := ""
		if p.Object != "" {
			object = p.Object + ": "
		}
		rejects := ""
		if n := len(a.Start.Rejecting); n > 0 {
			rejects = ", and rejects every route of " + gobgpconf.FormatMembers(n)
		}
		return fmt.Sprintf("%sgobgpd starts with this file without any policy%s: %s; a reload (SIGHUP) changes no "+
			"policy, and the next restart does", object, rejects, p.Why)
	default:
		return fmt.Sprintf("%s: after a start with this file %s", p.Object, p.Why)
	}
}

func atReload(p Problem) string {
	if p.Object == "" {
		return "a reload (SIGHUP) of this file ends gobgpd: " + p.Why
	}
	return fmt.Sprintf("%s: after a reload (SIGHUP) of this file %s", p.Object, p.Why)
}

// findQuoted finds the word that gobgpd complains about, if its message names no key: the last word
// of the message that is in quotes in the file.
func findQuoted(name string, text []byte, why string) diag.Position {
	words := strings.Fields(why)
	for _, word := range slices.Backward(words) {
		word = strings.Trim(word, `"':;,`)
		for _, mark := range []string{`"`, `'`} {
			if word == "" {
				continue
			}
			if before, _, ok := bytes.Cut(text, []byte(mark+word+mark)); ok {
				return diag.Position{File: name, Line: bytes.Count(before, []byte("\n")) + 1,
					Column: len(before) - bytes.LastIndexByte(before, '\n')}
			}
		}
	}
	return diag.Position{File: name}
}
