package feed

import (
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// A list in CSV (RFC 4180) begins with a line that names its columns: ASN, and with it Entity, the
// name of the network's holder. It has no date and no count.

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

// readCSV reads ASNs with the names of their holders.
func (r *reader) readCSV(text string) {
	first := diag.Position{File: r.file, Line: 1, Column: 1}
	if !isCSV(text) {
		r.errorf(first, "no-header", "its first line is: ASN,Entity", "this is no CSV of ASNs: it begins with %s",
			quoteLine(text))
		return
	}
	records := csv.NewReader(strings.NewReader(text))
	records.TrimLeadingSpace = true
	names, err := records.Read()
	if err != nil {
		r.addCSVError(err)
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
			r.addCSVError(err)
			return
		}
		line, column := records.FieldPos(0)
		at := diag.Position{File: r.file, Line: line, Column: column}
		name := ""
		if entity >= 0 {
			name = r.readableText(at, fields[entity])
		}
		r.addCSVEntry(at, strings.TrimSpace(fields[0]), name)
	}
}

// addCSVEntry adds one ASN.
func (r *reader) addCSVEntry(at diag.Position, value, name string) {
	if !isWord(value) {
		r.errorf(at, "line", "such as 64999", "%s is no ASN", quoteLine(value))
		return
	}
	asn, err := filters.ParseASN(value)
	if err != nil {
		r.addSyntaxError(at, err)
		return
	}
	r.addASN(at, asn, filters.Provider{Name: name})
}

// endCSV checks that the text ends with the end of a line, and names the listing.
func (r *reader) endCSV(text string) {
	if !strings.HasSuffix(text, "\n") {
		var last line
		for l := range r.lines(text) {
			last = l
		}
		r.reportCut(last)
		return
	}
	if r.listing.Name == "" {
		r.listing.Name = CSV.String()
	}
	r.checkNotEmpty()
}

// addCSVError adds an error of encoding/csv.
func (r *reader) addCSVError(err error) {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		r.errorf(r.wholeFile(), "csv", "", "%v", err)
		return
	}
	r.errorf(diag.Position{File: r.file, Line: wrong.Line, Column: wrong.Column}, "csv", "", "%v", wrong.Err)
}
