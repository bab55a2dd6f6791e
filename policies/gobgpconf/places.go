package gobgpconf

import (
	"strconv"
	"strings"

	"depeer/filters/diag"
)

// LocateKeys returns where each key of the gobgpd.conf text is written in old, by its path in
// text, such as neighbors[2].config.peer-as. The two, in TOML, differ in our part only.
// A key that is not written has the place of its table; one without a table in old has no
// line.
func LocateKeys(file string, old, text []byte) func(path string) diag.Position {
	var l diag.List
	before, after := parseDocument(file, old, &l), parseDocument(file, text, &l)
	if before == nil || after == nil {
		return func(string) diag.Position { return diag.Position{File: file} }
	}
	if before.refuseShapes(&l); l.Worst() == diag.Error {
		return before.locatePath
	}
	return func(path string) diag.Position {
		if path, ok := before.theirPath(path, after); ok {
			return before.locatePath(path)
		}
		return diag.Position{File: file}
	}
}

// theirPath converts a path in after to the path of the same value in d. Elements that are
// not ours have the same order in both.
func (d *document) theirPath(path string, after *document) (string, bool) {
	for _, a := range arrays {
		rest, ok := strings.CutPrefix(path, a.path+"[")
		if !ok {
			continue
		}
		number, rest, _ := strings.Cut(rest, "]")
		n, err := strconv.Atoi(number)
		elements := a.elementsOf(after.values)
		if err != nil || n >= len(elements) || a.isOurs(a.nameOf(elements[n])) {
			return "", false
		}
		rank := 0 // among theirs
		for _, e := range elements[:n] {
			if !a.isOurs(a.nameOf(e)) {
				rank++
			}
		}
		for i, e := range a.elementsOf(d.values) {
			switch {
			case a.isOurs(a.nameOf(e)):
			case rank == 0:
				return a.pathOf(i) + rest, true
			default:
				rank--
			}
		}
		return "", false
	}
	return path, true
}
