package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is shown comes from daemons, certificates, plans, lists and files, and others may have written
// these: no text of theirs may move the cursor, colour or hide anything, turn the direction of writing,
// or begin a line or a column of its own. So all texts of this package are made by writef and textf,
// which escape each argument; TestPrinting holds that. Formats are ours, and hold the only newlines and
// tabs.

// writef is fmt.Fprintf with its arguments escaped.
func writef(w io.Writer, format string, args ...any) (int, error) {
	return fmt.Fprintf(w, format, escapeAll(args)...)
}

// textf is fmt.Sprintf with its arguments escaped.
func textf(format string, args ...any) string { return fmt.Sprintf(format, escapeAll(args)...) }

func escapeAll(args []any) []any {
	out := make([]any, len(args))
	for i, arg := range args {
		out[i] = escaped{arg}
	}
	return out
}

// escaped is an argument that is escaped where it is formatted.
type escaped struct{ value any }

// Format implements fmt.Formatter.
func (e escaped) Format(s fmt.State, verb rune) {
	switch v := e.value.(type) {
	case painted:
		io.WriteString(s, v.escape())
	case tabbed:
		io.WriteString(s, escapeExcept(string(v), "\t"))
	default:
		io.WriteString(s, Escape(fmt.Sprintf(fmt.FormatString(s, verb), v)))
	}
}

// tabbed is a text that keeps its tabs.
type tabbed string

// painted is a text in a colour.
type painted struct {
	color string // "": without one
	text  string
}

// escape returns the text escaped, between the codes of its colour.
func (p painted) escape() string {
	if p.color == "" || p.text == "" {
		return Escape(p.text)
	}
	return "\x1b[" + p.color + "m" + Escape(p.text) + "\x1b[0m"
}

// Colours, as SGR parameters (ECMA-48).
const (
	red    = "31"
	yellow = "33"
	cyan   = "36"
)

// paintText returns a text to be given to writef or textf.
func (v *textView) paintText(color, s string) painted {
	if !v.Color {
		color = ""
	}
	return painted{color, s}
}

// isUnprintable finds characters that could play tricks on a terminal: controls, invisible
// ones, and those that turn the direction of writing.
func isUnprintable(r rune) bool { return !unicode.IsGraphic(r) }

// Escape escapes the characters of a text that are not printable, as Go does in strings, newlines and tabs
// included.
func Escape(s string) string { return escapeExcept(s, "") }

// escapeExcept is Escape, without the characters of keep.
func escapeExcept(s, keep string) string {
	hidden := func(r rune) bool { return isUnprintable(r) && !strings.ContainsRune(keep, r) }
	if utf8.ValidString(s) && !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if piece := s[i : i+size]; hidden(r) || r == utf8.RuneError {
			b.WriteString(strings.Trim(strconv.QuoteToASCII(piece), `"`))
		} else {
			b.WriteString(piece)
		}
	}
	return b.String()
}

// joinLines puts the lines of a joined error into one: a newline in what a daemon answers must not begin
// a line that looks like one of ours.
func joinLines(s string) string { return strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "; ") }
