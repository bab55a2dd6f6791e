package feed

import (
	"iter"
	"strings"
)

// textLines walks through the entries of a text in Spamhaus's form. Blank lines
// are passed over, comments go into h, and a last line that is cut is an error.
func (r *reader) textLines(text string, h *header) iter.Seq[line] {
	return func(yield func(line) bool) {
		for l := range r.lines(text) {
			content := strings.TrimLeft(l.text, " \t")
			if content == "" {
				continue
			}
			if h.eof {
				r.errorf(r.at(l, 0), "after-end", "", "%s after the end of the list", brief(content))
				return
			}
			if content[0] == ';' {
				r.comment(h, l)
				if !l.ended && !h.eof {
					r.cut(l)
				}
				continue
			}
			if !l.ended {
				r.cut(l)
				return
			}
			if !yield(l) {
				return
			}
		}
	}
}

// cut says that the last line l lacks its end, and so perhaps much more.
func (r *reader) cut(l line) {
	r.errorf(r.at(l, len(l.text)), "cut", "fetch it again; if it is whole, end its last line with a newline",
		"the feed is cut short: its last line %s has no end", brief(l.text))
}
