package view

import (
	"io"
	"strings"
	"unicode/utf8"
)

// Screen is the terminal that results go to.
type Screen struct {
	Width, Height int // 0: it is none
	// Page shows a text that is longer than the screen, a part at a time; nil: nothing does.
	Page func(text string) error
}

// show shows a result. On a terminal no line is longer than the screen is wide, and what a person asked
// for in full goes through the pager where it is longer than the screen.
func (v *textView) show(text string, full bool) error {
	s := v.Screen
	if s.Width > 0 {
		text = foldLines(text, s.Width)
	}
	if full && s.Page != nil && strings.Count(text, "\n") >= s.Height {
		return s.Page(text)
	}
	_, err := io.WriteString(v.Out, text)
	return err
}

// foldLines breaks lines that are longer than width between words, and has what follows stand below the
// second column.
func foldLines(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line, end := strings.TrimSuffix(line, "\n"), ""
		if len(line) < len(text) {
			end = "\n"
		}
		if displayWidth(line) <= width {
			b.WriteString(line + end)
			continue
		}
		foldLine(&b, strings.TrimRight(line, " "), width)
		b.WriteString(end)
	}
	return b.String()
}

func foldLine(b *strings.Builder, line string, width int) {
	indent := secondColumn(line)
	if indent > width/2 {
		indent = 2
	}
	at, empty := 0, true // empty: no word stands on the line yet
	for _, word := range splitWords(line) {
		w, gap := displayWidth(word.text), word.gap
		if !empty && at+gap+w > width {
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at, gap = indent, 0
		}
		b.WriteString(strings.Repeat(" ", gap) + word.text)
		at, empty = at+gap+w, false
	}
}

// word is a word with the spaces before it.
type word struct {
	gap  int
	text string
}

func splitWords(line string) []word {
	var words []word
	for line != "" {
		rest := strings.TrimLeft(line, " ")
		gap := len(line) - len(rest)
		text := rest
		if i := strings.IndexByte(rest, ' '); i >= 0 {
			text = rest[:i]
		}
		words, line = append(words, word{gap, text}), rest[len(text):]
	}
	return words
}

// secondColumn returns where the second column of a line begins; where there is one column only, a
// little to the right of it.
func secondColumn(line string) int {
	words, at := splitWords(line), 0
	for i, w := range words {
		if i > 0 && w.gap > 1 || i == 0 && w.gap > 4 {
			return at + w.gap
		}
		at += w.gap + displayWidth(w.text)
	}
	if len(words) > 0 {
		return words[0].gap + 2
	}
	return 2
}

// displayWidth counts the characters that are seen: colours are none.
func displayWidth(s string) int {
	n := 0
	for s != "" {
		if strings.HasPrefix(s, "\x1b[") {
			if end := strings.IndexByte(s, 'm'); end >= 0 {
				s = s[end+1:]
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(s)
		n, s = n+1, s[size:]
	}
	return n
}
