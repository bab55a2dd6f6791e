package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Position is a place in a file. Line and Column count from 1, Column in bytes. A Line of 0 means
// the file as a whole. The zero value is no place.
type Position struct {
	File   string
	Line   int
	Column int
}

// String returns file:line:column, as editors and compilers write it.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Position) Compare(q Position) int {
	return cmp.Or(
		strings.Compare(p.File, q.File),
		cmp.Compare(p.Line, q.Line),
		cmp.Compare(p.Column, q.Column),
	)
}

// Severity says what a diagnostic means for the command that reports it.
type Severity uint8

const (
	// Warning: the input is used as it is.
	Warning Severity = iota
	// Refused: the input is valid, and a guard refuses to act on it.
	Refused
	// Error: the input is invalid.
	Error
)

// String returns the word that users read. A guard's refusal is an error to
// them; its code (guard-...) and the exit code tell it apart.
func (s Severity) String() string {
	switch s {
	case Warning:
		return "warning"
	case Refused, Error:
		return "error"
	default:
		panic(fmt.Sprintf("diag: no severity %d", uint8(s)))
	}
}

// Diagnostic is one complaint. Codes are part of the interface: a code never changes its meaning.
type Diagnostic struct {
	Position Position
	Severity Severity
	Code     string
	Message  string
	Hint     string // what to write instead; may be empty
}

// String returns the diagnostic on one line, without the source text.
func (d Diagnostic) String() string {
	var b strings.Builder
	if d.Position != (Position{}) {
		fmt.Fprintf(&b, "%s: ", d.Position)
	}
	fmt.Fprintf(&b, "%s: %s", d.Severity, d.Message)
	if d.Hint != "" {
		fmt.Fprintf(&b, " (hint: %s)", d.Hint)
	}
	fmt.Fprintf(&b, " [%s]", d.Code)
	return b.String()
}

// List collects diagnostics. The zero value is empty and ready to use; it is
// not safe for concurrent use.
type List []Diagnostic

// Add appends d.
func (l *List) Add(d Diagnostic) { *l = append(*l, d) }

// Errorf says that the input at p is invalid.
func (l *List) Errorf(p Position, code, hint, format string, args ...any) {
	l.Add(Diagnostic{p, Error, code, fmt.Sprintf(format, args...), hint})
}

// Refusef says that a guard refuses the valid input at p.
func (l *List) Refusef(p Position, code, hint, format string, args ...any) {
	l.Add(Diagnostic{p, Refused, code, fmt.Sprintf(format, args...), hint})
}

// Warnf warns about input that is used all the same.
func (l *List) Warnf(p Position, code, hint, format string, args ...any) {
	l.Add(Diagnostic{p, Warning, code, fmt.Sprintf(format, args...), hint})
}

// Sort orders the list by position, and by severity (worst first) where positions are equal. It
// drops duplicates.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		return cmp.Or(
			a.Position.Compare(b.Position),
			cmp.Compare(b.Severity, a.Severity),
			strings.Compare(a.Code, b.Code),
			strings.Compare(a.Message, b.Message),
		)
	})
	*l = slices.Compact(*l)
}

// Worst returns the highest severity in the list. For an empty list it is Warning.
func (l List) Worst() Severity {
	worst := Warning
	for _, d := range l {
		worst = max(worst, d.Severity)
	}
	return worst
}

// Count returns how many diagnostics have the severity s.
func (l List) Count(s Severity) int {
	n := 0
	for _, d := range l {
		if d.Severity == s {
			n++
		}
	}
	return n
}
