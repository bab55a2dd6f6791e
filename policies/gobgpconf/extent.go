package gobgpconf

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"depeer/filters/diag"
)

// Our part of a file is all that stands between the marks, and our elements outside
// them, which somebody pasted:
//
//	[[policy-definitions]]       theirs, kept
//	name = "theirs"
//
//	# depeer: begin              the part: replaced where it stands
//	...
//	# depeer: end
//
//	[[policy-definitions]]       ours, outside: cut out
//	name = "depeer"
//
// Without marks the part goes to the end of the file: only there no header in it can take
// in the lines after it.

// extent says where our part is.
type extent struct {
	marked     bool
	start, end int    // of the marked part, marks included
	outside    []span // our elements outside the marks, in order
}

type span struct{ start, end int }

// sortedSpans returns all that ReplacePart takes out, in order.
func (x extent) sortedSpans() []span {
	all := slices.Clone(x.outside)
	if x.marked {
		all = append(all, span{x.start, x.end})
	}
	slices.SortFunc(all, func(a, b span) int { return cmp.Compare(a.start, b.start) })
	return all
}

// findOwner returns the path of the element of ours that path lies in; "" for none.
func findOwner(path string, mine map[string]bool) string {
	for _, a := range arrays {
		rest, ok := strings.CutPrefix(path, a.path+"[")
		if !ok {
			continue
		}
		if i := strings.IndexByte(rest, ']'); mine[a.path+"["+rest[:i+1]] {
			return a.path + "[" + rest[:i+1]
		}
	}
	return ""
}

// findExtent finds our part. It reports damage to l.
func (d *document) findExtent(l *diag.List) extent {
	mine := d.ownElements()
	x := d.findMarks(l)
	stands := map[string]place{} // by element of ours
	last, lastPlace := "", ahead
	for _, e := range d.expressions {
		if e.kind == unstable.Comment {
			continue
		}
		us, now := findOwner(e.table, mine), x.placeOf(e)
		before, seen := stands[us]
		switch {
		case us != "" && seen && (before == within) != (now == within):
			l.Errorf(d.positionOf(e.start), "gobgpd-part-damaged", "move it to where it belongs",
				"%s belongs to depeer's %s, across the mark", e.path, us)
		case us != "" && now != within:
			x.cutOutside(d.text, span{e.start, e.end}, us == last)
		case us == "" && now == within && (last != "" || lastPlace != within): // the first of several
			l.Errorf(d.positionOf(e.start), "gobgpd-foreign", "move it out of them",
				"%s is not depeer's, and stands between its marks", e.path)
		case us == "" && now == behind && lastPlace != behind && e.kind == unstable.KeyValue:
			l.Errorf(d.positionOf(e.start), "gobgpd-part-damaged", "move it to where it belongs",
				"%s has no header of its own behind depeer's part", e.path)
		}
		stands[us] = now
		last, lastPlace = us, now
	}
	return x
}

// place says where an expression stands, seen from the marked part.
type place uint8

const (
	ahead place = iota // also where nothing is marked
	within
	behind
)

func (x extent) placeOf(e expression) place {
	switch {
	case !x.marked || e.start < x.start:
		return ahead
	case e.start < x.end:
		return within
	default:
		return behind
	}
}

// ownElements returns the paths of all elements of ours.
func (d *document) ownElements() map[string]bool {
	mine := map[string]bool{}
	for _, a := range arrays {
		for i, e := range a.elementsOf(d.values) {
			if a.isOurs(a.nameOf(e)) {
				mine[a.pathOf(i)] = true
			}
		}
	}
	return mine
}

// cutOutside adds an expression of ours outside the marks. It also takes the blank lines
// between two of ours, and the comments between two lines of the same element.
func (x *extent) cutOutside(text []byte, s span, same bool) {
	if n := len(x.outside); n > 0 {
		before := &x.outside[n-1]
		if between := text[before.end:s.start]; same || len(bytes.TrimSpace(between)) == 0 {
			before.end = s.end
			return
		}
	}
	x.outside = append(x.outside, s)
}

// findMarks finds the marks: none, or a begin mark and an end mark.
func (d *document) findMarks(l *diag.List) extent {
	var x extent
	open := false
	damaged := func(offset int, hint, message string) {
		l.Errorf(d.positionOf(offset), "gobgpd-part-damaged", hint, "%s", message)
	}
	for _, e := range d.expressions {
		switch e.marker {
		case beginMarker:
			if open || x.marked {
				damaged(e.start, "leave one part, from begin to end", "depeer's part begins a second time")
			}
			x.start, open = e.start, true
		case endMarker:
			if !open {
				damaged(e.start, beginWord, "depeer's part ends without a beginning")
			}
			x.end, x.marked, open = e.end, true, false
		}
	}
	if open {
		damaged(x.start, endWord, "depeer's part begins and does not end")
	}
	return x
}
