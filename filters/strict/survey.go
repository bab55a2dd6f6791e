package strict

import (
	"bytes"
	"unicode/utf8"

	"depeer/filters/diag"
)

// What yaml.v3 is not given. It holds nesting to 10,000 itself, in flow and in
// blocks, and reads in linear time but for %TAG directives; what it takes
// grows with the values and the comments there are. So those are counted before:
//
//   - every value but the first stands after one of  , [ {  or after one of  : - ?
//     with a blank or a line break behind it; in flow, two values may share a comma.
//     A bracket counts twice, for the list or map and what is in it;
//   - a comment starts with # after a blank or a line break.
//
// What stands in quotes is counted as well, so both are estimates, from above.

// class says what a byte may mean.
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

// survey looks at every byte once. It refuses what is not UTF-8, control
// characters, directives, and more values and comments than Max allows.
func (d *document) survey(data []byte) (ascii, ok bool) {
	if i := invalidUTF8(data); i >= 0 {
		d.errorf(place(data, i), "encoding", "save the file as UTF-8", "not UTF-8")
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
				d.errorf(place(data, i), "directive", "leave the line out", "a line that starts with %%")
				return false, false
			}
		case wide:
			ascii = false
			if r, _ := utf8.DecodeRune(data[i:]); !forbidden(r) {
				continue
			}
			fallthrough
		case control:
			r, _ := utf8.DecodeRune(data[i:])
			d.errorf(place(data, i), "hidden-character", "write it without", "control character %U", r)
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

// forbidden says whether r, past ASCII, must not stand anywhere: C1 controls, and
// what yaml.v3 takes for a line break or refuses without saying where.
func forbidden(r rune) bool {
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

// place returns the position of an offset, without a file.
func place(data []byte, offset int) diag.Position {
	before := bytes.ReplaceAll(data[:offset], []byte("\r\n"), []byte("\n"))
	before = bytes.ReplaceAll(before, []byte("\r"), []byte("\n"))
	return diag.Position{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
	}
}
