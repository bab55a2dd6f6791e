package strict

import (
	"bytes"
	"unicode/utf8"

	"depeer/filters/diag"
)

// Limits on what yaml.v3 is given. It limits nesting to 10,000 itself, in flow and in blocks. It
// reads in linear time, except %TAG directives. The memory that it needs grows with the number of
// values and comments, so these are counted before:
//
//   - every value except the first follows one of  , [ {  or one of  : - ?  with a blank or a
//     line break behind it; in flow, two values may share a comma. A bracket counts twice, for
//     the list or map and for what is in it;
//   - a comment starts with # after a blank or a line break.
//
// Quoted text is counted as well, so both numbers are upper bounds.

// class is the meaning that a byte may have.
type class uint8

const (
	text      class = iota
	comma           // ,
	bracket         // [ {
	indicator       // : - ?
	comment         // #
	directive       // %
	control         // never allowed
	wide            // starts a rune of several bytes
)

var classes = func() (t [256]class) {
	for c := range 0x20 {
		t[c] = control
	}
	for c := utf8.RuneSelf; c < len(t); c++ {
		t[c] = wide
	}
	t['\t'], t['\n'], t['\r'], t[0x7f] = text, text, text, control
	t[','], t['['], t['{'] = comma, bracket, bracket
	t[':'], t['-'], t['?'] = indicator, indicator, indicator
	t['#'], t['%'] = comment, directive
	return t
}()

// surveyBytes looks at every byte once. It refuses what is not UTF-8, control characters,
// directives, and more values and comments than the limits allow.
func (d *document) surveyBytes(data []byte) (ascii, ok bool) {
	if i := invalidUTF8(data); i >= 0 {
		d.errorf(positionAt(data, i), "encoding", "save the file as UTF-8", "not UTF-8")
		return false, false
	}
	values, comments := 0, 0
	ascii = true
	for i, c := range data {
		switch classes[c] {
		case text:
		case comma:
			values++
		case bracket:
			values += 2
		case indicator:
			if i+1 == len(data) || isBlank(data[i+1]) {
				values++
			}
		case comment:
			if i == 0 || isBlank(data[i-1]) {
				comments++
			}
		case directive:
			if i == 0 || data[i-1] == '\n' || data[i-1] == '\r' {
				d.errorf(positionAt(data, i), "directive", "leave the line out", "a line that starts with %%")
				return false, false
			}
		case wide:
			ascii = false
			if r, _ := utf8.DecodeRune(data[i:]); !isForbidden(r) {
				continue
			}
			fallthrough
		case control:
			r, _ := utf8.DecodeRune(data[i:])
			d.errorf(positionAt(data, i), "hidden-character", "write it without", "control character %U", r)
			return false, false
		}
	}
	switch {
	case values > MaxValues:
		d.errorf(diag.Position{}, "too-large", "split it", "file has more than %d values", MaxValues)
	case comments > MaxComments:
		d.errorf(diag.Position{}, "too-large", "", "file has more than %d comments", MaxComments)
	default:
		return ascii, true
	}
	return false, false
}

// isForbidden says whether r, past ASCII, is allowed nowhere: C1 controls, and what yaml.v3 takes
// for a line break or refuses without a position.
func isForbidden(r rune) bool {
	return r <= 0x9f || r == 0x2028 || r == 0x2029 || r == 0xfffe || r == 0xffff
}

func isBlank(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// invalidUTF8 returns the offset at which data stops being UTF-8, or -1.
func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	i := 0
	for {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
}

// positionAt returns the position of an offset, without a file.
func positionAt(data []byte, offset int) diag.Position {
	before := bytes.ReplaceAll(data[:offset], []byte("\r\n"), []byte("\n"))
	before = bytes.ReplaceAll(before, []byte("\r"), []byte("\n"))
	return diag.Position{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
	}
}
