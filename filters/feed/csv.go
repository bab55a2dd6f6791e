package feed

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// A list in CSV (RFC 4180) begins with a line that names its columns: ASN, and with it
// Entity, the name of the network's holder. It says no more of itself: no date, no count.

// isCSV says whether a text begins with the names of the columns.
func isCSV(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	name, _, more := strings.Cut(first, ",")
	return more && isColumn(name, "ASN")
}

// isColumn says whether a field of the first line is the name of a column.
func isColumn(field, name string) bool {
	return strings.EqualFold(strings.Trim(strings.TrimSpace(field), `"`), name)
}

// csv reads ASNs with the names of their holders.
func (r *reader) csv(text string) {
	first := diag.Position{File: r.file, Line: 1, Column: 1}
	if !isCSV(text) {
		r.errorf(first, "no-header", "its first line is: ASN,Entity", "this is no CSV of ASNs: it begins with %s",
			brief(text))
		return
	}
	records := csv.NewReader(strings.NewReader(text))
	records.TrimLeadingSpace = true
	names, err := records.Read()
	if err != nil {
		r.csvError(err)
		return
	}
	entity := -1
	for i, name := range names {
		if isColumn(name, "Entity") {
			entity = i
		}
	}
	for !r.full {
		fields, err := records.Read()
		switch {
		case errors.Is(err, io.EOF):
			r.endCSV(text)
			return
		case err != nil:
			r.csvError(err)
			return
		}
		line, column := records.FieldPos(0)
		at := diag.Position{File: r.file, Line: line, Column: column}
		name := ""
		if entity >= 0 {
			name = r.text(at, fields[entity])
		}
		r.csvEntry(at, strings.TrimSpace(fields[0]), name)
	}
}

// csvEntry adds one ASN.
func (r *reader) csvEntry(at diag.Position, value, name string) {
	if !isWord(value) {
		r.errorf(at, "line", "such as 64999", "%s is no ASN", brief(value))
		return
	}
	asn, err := filters.ParseASN(value)
	if err != nil {
		r.syntax(at, err)
		return
	}
	r.asn(at, asn, filters.Provider{Name: name})
}

// endCSV says whether the text ends where a line ends, and names the listing.
func (r *reader) endCSV(text string) {
	if !strings.HasSuffix(text, "\n") {
		var last line
		for l := range r.lines(text) {
			last = l
		}
		r.cut(last)
		return
	}
	if r.listing.Name == "" {
		r.listing.Name = CSV.String()
	}
	r.entries()
}

// csvError passes on what encoding/csv says of a line.
func (r *reader) csvError(err error) {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		r.errorf(r.whole(), "csv", "", "%v", err)
		return
	}
	r.errorf(diag.Position{File: r.file, Line: wrong.Line, Column: wrong.Column}, "csv", "", "%v", wrong.Err)
}
