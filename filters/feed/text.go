package feed

import (
	"iter"
	"strings"
)

// textLines yields the entries of a text in Spamhaus's form. It skips blank lines, puts comments
// into h, and reports a last line that is cut.
func (r *reader) textLines(text string, h *header) iter.Seq[line] {
	return func(yield func(line) bool) {
		for l := range r.lines(text) {
			content := strings.TrimLeft(l.text, " \t")
			if content == "" {
				continue
			}
			if h.eof {
				r.errorf(r.positionAt(l, 0), "after-end", "", "%s after the end of the list", quoteLine(content))
				return
			}
			if content[0] == ';' {
				r.readComment(h, l)
				if !l.ended && !h.eof {
					r.reportCut(l)
				}
				continue
			}
			if !l.ended {
				r.reportCut(l)
				return
			}
			if !yield(l) {
				return
			}
		}
	}
}

// reportCut reports that the last line l has no end, so that more may be missing.
func (r *reader) reportCut(l line) {
	r.errorf(r.positionAt(l, len(l.text)), "cut", "fetch it again; if it is whole, end its last line with a newline",
		"the feed is cut short: its last line %s has no end", quoteLine(l.text))
}
