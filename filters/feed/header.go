package feed

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"depeer/filters"
)

// header is what the comments of Spamhaus's text form say:
//
//	; Spamhaus DROP List 2021/01/21 - (c) 2021 The Spamhaus Project
//	; https://www.spamhaus.org/drop/drop.txt
//	; Last-Modified: Thu, 21 Jan 2021 19:45:55 GMT
//	; Expires: Thu, 21 Jan 2021 21:14:11 GMT
//
// Expires is about the file, not its entries, and is not read. Newer files
// end with "; EOF".
type header struct {
	kind      string // DROP, EDROP, IPv6 DROP; "" without a title
	day       filters.Day
	modified  time.Time
	copyright string
	url       string
	merged    bool // EDROP's notice that it is now part of DROP
	eof       bool
}

var title = regexp.MustCompile(`^Spamhaus\s+(.*DROP\S*)\s+List\b\s*(\d{4}/\d{2}/\d{2})?(?:\s+-\s+(.*))?`)

// isWebURL says whether s is only the address of a page, and one that the listing's reader accepts.
func isWebURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil &&
		isASCII(s) && isReadable(s)
}

// readComment reads one line that starts with a semicolon.
func (r *reader) readComment(h *header, l line) {
	start := strings.IndexByte(l.text, ';')
	s := strings.TrimSpace(l.text[start+1:])
	modified, dated := strings.CutPrefix(s, "Last-Modified:")
	switch {
	case dated:
		t := parseDate(strings.TrimSpace(modified))
		// No time at all is before 1970, too, and the listing's reader takes neither.
		if _, err := filters.ParseDay(t.Format(time.DateOnly)); err != nil {
			r.errorf(r.positionAt(l, start), "date", "such as Thu, 21 Jan 2021 19:45:55 GMT", "%s is no date",
				quoteLine(strings.TrimSpace(modified)))
		}
		h.modified = t
	case s == "EOF":
		h.eof = true
	case h.url == "" && isWebURL(s):
		h.url = s
	case strings.HasPrefix(s, "This list has been merged into "):
		h.merged = true
	default:
		m := title.FindStringSubmatch(s)
		switch {
		case m == nil:
		case h.kind != "":
			r.errorf(r.positionAt(l, start), "second-title", "import each list by itself",
				"a second list begins here: %s",
				quoteLine(s))
		default:
			h.kind, h.copyright = m[1], m[3]
			h.day, _ = filters.ParseDay(strings.ReplaceAll(m[2], "/", "-"))
		}
	}
}

// dateForms are the forms of a time that publishers and mirrors write: RFC 9110, 5.6.7, whose zone
// is GMT, and equivalents.
var dateForms = []string{
	"Mon, _2 Jan 2006 15:04:05 GMT",
	"Mon, _2 Jan 2006 15:04:05 UTC",
	"Mon, _2 Jan 2006 15:04:05 UT",
	"Mon, _2 Jan 2006 15:04:05 -0700",
	"Mon, _2 Jan 2006 15:04:05 Z07:00",
	time.RFC3339,
}

// parseDate returns the time that s means, in UTC, or the zero time if it is none.
func parseDate(s string) time.Time {
	for _, form := range dateForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// The lists of prefixes.
const (
	drop  = "DROP"
	edrop = "EDROP"
)

// isDROP says whether this is a list of prefixes: it has a title, or the notice that replaces EDROP
// since April 2024.
func (h *header) isDROP() bool { return h.kind != "" || h.merged }

// listName says which list of prefixes it is.
func (h *header) listName() string {
	if strings.Contains(h.kind, edrop) || h.merged && h.kind == "" {
		return edrop
	}
	return drop
}

// mayBeEmpty says whether the list is right to hold nothing: EDROP, unless its dates are from
// before it was merged into DROP.
func (h *header) mayBeEmpty() bool {
	merged := time.Date(2024, 4, 10, 0, 0, 0, 0, time.UTC)
	old := func(t time.Time) bool { return t.Before(merged) }
	dated := !h.modified.IsZero() || !h.day.IsZero()
	return h.listName() == edrop && (h.merged || !dated || !old(h.modified) || !old(h.day.Start()))
}

// copyHeader copies what the header says into the listing.
func (r *reader) copyHeader(h *header) {
	r.setPublisher(h.copyright)
	if h.url != "" {
		r.listing.URL = h.url
	}
	switch {
	case !h.modified.IsZero():
		r.listing.Updated = filters.At(h.modified)
	case !h.day.IsZero():
		r.listing.Updated = filters.On(h.day)
	case r.errors == 0:
		r.diags.Warnf(r.wholeFile(), "feed-no-date", "", "the feed does not say when it was made")
	}
}

// setPublisher names Spamhaus by its own line of copyright. Its terms ask that the line stays with
// the data.
func (r *reader) setPublisher(copyright string) {
	r.listing.Publisher = "The Spamhaus Project"
	if isReadable(copyright) {
		r.listing.Publisher = strings.TrimSpace(copyright)
	}
}
