package strict

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"depeer/filters/diag"
)

// document is what all nodes of one file share.
type document struct {
	file  string
	kind  string // starts every code: listing, exchange
	diags *diag.List
	said  int // diagnostics
}

func (d *document) errorf(p diag.Position, code, hint, format string, args ...any) {
	d.add(diag.Error, p, code, hint, format, args...)
}

// add adds a diagnostic about this file, and no more of them than somebody could
// want: a hostile file has a million mistakes.
func (d *document) add(s diag.Severity, p diag.Position, code, hint, format string, args ...any) {
	d.said++
	switch {
	case d.said > maxErrors:
		return
	case d.said == maxErrors:
		s, p, code, hint = diag.Error, diag.Position{}, "too-many", ""
		format, args = "too many problems: only the first %d are shown", []any{maxErrors - 1}
	}
	p.File = d.file
	d.diags.Add(diag.Diagnostic{
		Position: p,
		Severity: s,
		Code:     d.kind + "-" + code,
		Message:  short(fmt.Sprintf(format, args...)),
		Hint:     short(hint),
	})
}

// short cuts what quotes a value that is longer than a message should be, and
// escapes what a terminal would obey.
func short(s string) string {
	const limit = 400
	if len(s) > limit {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "..."
	}
	if _, what := hidden(s); what != "" {
		s = strings.Trim(strconv.QuoteToASCII(s), `"`)
	}
	return s
}
