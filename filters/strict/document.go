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
	d.addDiagnostic(diag.Error, p, code, hint, format, args...)
}

// addDiagnostic adds a diagnostic about this file, up to maxErrors: a hostile file can have a
// million mistakes.
func (d *document) addDiagnostic(s diag.Severity, p diag.Position, code, hint, format string, args ...any) {
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
		Message:  cutText(fmt.Sprintf(format, args...)),
		Hint:     cutText(hint),
	})
}

// cutText shortens a message that quotes a long value, and escapes what a terminal would obey.
func cutText(s string) string {
	const limit = 400
	if len(s) > limit {
		cut := limit
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "..."
	}
	if _, what := findHidden(s); what != "" {
		s = strings.Trim(strconv.QuoteToASCII(s), `"`)
	}
	return s
}
