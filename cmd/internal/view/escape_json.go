package view

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// EscapeJSON returns a writer of whole lines of JSON. In it, characters that are not printable stand as
// JSON's own escapes: JSON wants that of the controls of ASCII alone, and a terminal also obeys others.
func EscapeJSON(w io.Writer) io.Writer { return escapingWriter{w, appendJSONEscape} }

// EscapeText returns a writer of whole lines of text. In it, characters that are not printable are escaped
// as Go does in strings.
func EscapeText(w io.Writer) io.Writer { return escapingWriter{w, appendGoEscape} }

// escapingWriter escapes all but newlines in what is written: whole lines, each time.
type escapingWriter struct {
	io.Writer
	appendEscape func(to, piece []byte, r rune) []byte
}

// Write writes p, and says that all of it was written where that is true of its escaped form.
func (e escapingWriter) Write(p []byte) (int, error) {
	if _, err := e.Writer.Write(e.escapeLine(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (e escapingWriter) escapeLine(line []byte) []byte {
	hidden := func(r rune) bool { return r != '\n' && isUnprintable(r) }
	if utf8.Valid(line) && !bytes.ContainsFunc(line, hidden) {
		return line
	}
	out := make([]byte, 0, len(line)+64)
	for len(line) > 0 {
		r, size := utf8.DecodeRune(line)
		if hidden(r) || r == utf8.RuneError && size == 1 {
			out = e.appendEscape(out, line[:size], r)
		} else {
			out = append(out, line[:size]...)
		}
		line = line[size:]
	}
	return out
}

func appendJSONEscape(to, _ []byte, r rune) []byte {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		return fmt.Appendf(to, `\u%04x\u%04x`, high, low)
	}
	return fmt.Appendf(to, `\u%04x`, r)
}

func appendGoEscape(to, piece []byte, _ rune) []byte { return append(to, Escape(string(piece))...) }
