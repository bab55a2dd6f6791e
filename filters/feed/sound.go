package feed

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"depeer/filters/diag"
)

// checkText checks a feed as a whole before it is read: that it is text, and not one of the things
// that a server sends in its place.
func (r *reader) checkText(text string) bool {
	before := r.errors
	start := strings.TrimLeft(text, " \t\r\n")
	first := diag.Position{File: r.file, Line: 1, Column: 1}
	switch {
	case len(start) == 0:
		r.errorf(r.wholeFile(), "empty", "fetch it again", "the feed is empty")
	case strings.HasPrefix(text, "\x1f\x8b"):
		r.errorf(first, "binary", "gunzip it first", "the feed is gzipped")
	case start[0] == '<':
		r.errorf(first, "html", "fetch it again", "this is HTML or XML, not a feed: it begins with %s",
			quoteLine(start))
	case len(start) >= 11 && strings.EqualFold(start[:11], "error code:"):
		r.errorf(first, "error-page", "fetch it again", "this is a server's error, not a feed: %s", quoteLine(start))
	default:
		if line, column, what := notText(text); what != "" {
			r.errorf(diag.Position{File: r.file, Line: line, Column: column}, "binary", "", "the feed is not text: %s",
				what)
		}
	}
	return r.errors == before
}

// notText returns the position at which a feed stops being text, and why.
func notText(text string) (line, column int, what string) {
	stop := strings.IndexFunc(text, func(c rune) bool {
		return c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f
	})
	if stop >= 0 {
		what = fmt.Sprintf("control character %U", text[stop])
	}
	if valid := validPrefix(text); valid < len(text) && (stop < 0 || valid < stop) {
		stop, what = valid, "no UTF-8"
	}
	if stop < 0 {
		return 0, 0, ""
	}
	head := text[:stop]
	return strings.Count(head, "\n") + 1, stop - strings.LastIndexByte(head, '\n'), what
}

// validPrefix returns the number of bytes of s before the first that is not UTF-8.
func validPrefix(s string) int {
	if utf8.ValidString(s) {
		return len(s)
	}
	for i, c := range s {
		if c == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(s[i:]); size == 1 {
				return i
			}
		}
	}
	panic("feed: text is both valid and invalid UTF-8")
}

// quoteLine quotes the first line of a text from outside, in ASCII.
func quoteLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimSuffix(s, "\r")
	const most = 40
	if len(s) > most {
		return strconv.QuoteToASCII(s[:most]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// isReadable says whether s can be shown to people as it is: one line, without characters that
// hide, control or change the direction of writing. It is stricter than the listing's reader.
func isReadable(s string) bool {
	if len(s) > 256 || strings.TrimSpace(s) == "" {
		return false
	}
	for _, c := range s {
		if !unicode.IsPrint(c) || c == utf8.RuneError {
			return false
		}
	}
	return true
}

// readableText returns a feed's text about an entry if it can be shown. Otherwise it returns
// nothing, and the entry stays: holders choose the names of their ASes, and none of them may spoil
// the feed for all.
func (r *reader) readableText(p diag.Position, s string) string {
	s = strings.TrimSpace(s)
	if s == "" || isReadable(s) {
		return s
	}
	r.tally.addWarning(p, "feed-hidden-character", "",
		"text with hidden characters, or too long, is left out: "+quoteLine(s))
	return ""
}

// isWord says whether s is short and printable, as all prefixes and ASNs are. If not, a message
// must not repeat it as written.
func isWord(s string) bool { return len(s) <= 64 && isASCII(s) }

// isASCII says whether s is printable ASCII without spaces.
func isASCII(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}
