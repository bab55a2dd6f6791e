package feed

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"depeer/filters/diag"
)

// sound looks at a feed as a whole before it is read: whether it is text, and
// not one of the things that a server sends in its place.
func (r *reader) sound(data []byte) bool {
	before := r.errors
	start := bytes.TrimLeft(data, " \t\r\n")
	first := diag.Position{File: r.file, Line: 1, Column: 1}
	switch {
	case len(data) > MaxSize:
		r.errorf(r.whole(), "too-large", "", "the feed is over %d MiB", MaxSize>>20)
	case len(start) == 0:
		r.errorf(r.whole(), "empty", "fetch it again", "the feed is empty")
	case bytes.HasPrefix(data, []byte("\x1f\x8b")):
		r.errorf(first, "binary", "gunzip it first", "the feed is gzipped")
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		r.errorf(first, "encoding", "save it as UTF-8 without a mark", "the feed starts with a byte order mark")
	case start[0] == '<':
		r.errorf(first, "html", "fetch it again", "this is HTML or XML, not a feed: it begins with %s", brief(string(start)))
	case len(start) >= 11 && strings.EqualFold(string(start[:11]), "error code:"):
		r.errorf(first, "error-page", "fetch it again", "this is a server's error, not a feed: %s", brief(string(start)))
	default:
		if line, column, what := notText(data); what != "" {
			r.errorf(diag.Position{File: r.file, Line: line, Column: column}, "binary", "", "the feed is not text: %s", what)
		}
	}
	return r.errors == before
}

// notText returns where data stops being text, and why.
func notText(data []byte) (line, column int, what string) {
	stop, what := -1, ""
	for i, c := range data {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			stop, what = i, "control character U+00"+strings.ToUpper(strconv.FormatUint(0x100|uint64(c), 16)[1:])
			break
		}
	}
	if stop < 0 && utf8.Valid(data) {
		return 0, 0, ""
	}
	for i := 0; i < len(data) && (stop < 0 || i < stop); {
		_, size := utf8.DecodeRune(data[i:])
		if size == 1 && data[i] >= utf8.RuneSelf {
			stop, what = i, "no UTF-8"
			break
		}
		i += size
	}
	head := data[:stop]
	return bytes.Count(head, []byte("\n")) + 1, stop - bytes.LastIndexByte(head, '\n'), what
}

// brief quotes the first line of what somebody else wrote, in ASCII.
func brief(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.TrimSuffix(s, "\r")
	const most = 40
	if len(s) > most {
		return strconv.QuoteToASCII(s[:most]) + "..."
	}
	return strconv.QuoteToASCII(s)
}

// readable says whether s can be shown to people as it is: one line, without
// characters that hide, control or change the direction of writing. It is
// narrower than what the listing's reader takes.
func readable(s string) bool {
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

// text returns what a feed says of an entry if it is fit to be shown. If not it
// is left out and the entry stays: the names of ASes are chosen by their
// holders, and none of them is to spoil the feed for all.
func (r *reader) text(p diag.Position, s string) string {
	s = strings.TrimSpace(s)
	if s == "" || readable(s) {
		return s
	}
	r.tally.add(p, "feed-hidden-character", "", "text with hidden characters, or too long, is left out: "+brief(s))
	return ""
}

// isWord says whether s is short and printable, as all prefixes and ASNs are; if
// not, a message must not repeat it as it stands.
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
