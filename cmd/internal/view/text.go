package view

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"depeer/filters/diag"
	"depeer/policies/operate"
)

// textView shows results as text.
type textView struct {
	Options
	terminal io.Writer // stderr, for progress
	busy     bool      // a line of progress stands there
}

func newTextView(o Options) *textView {
	v := &textView{Options: o, terminal: o.Err}
	v.Out, v.Err = quietWriter{o.Out, v}, quietWriter{o.Err, v}
	return v
}

func (v *textView) Note(format string, args ...any) {
	fmt.Fprintf(v.Err, "depeer: %s\n", escapeUnprintable(fmt.Sprintf(format, args...), "\n"))
}

func (v *textView) Warnings(l diag.List) { v.showDiagnostics(v.Err, l) }

func (v *textView) Failure(f Failure) {
	v.showDiagnostics(v.Err, f.Diagnostics)
	fmt.Fprint(v.Err, f.Detail)
	for _, t := range f.Targets {
		fmt.Fprintln(v.Err, escapeUnprintable(standingText(t), ""))
	}
	fmt.Fprintf(v.Err, "depeer: %s %s\n", v.paintText(red, "error:"), escapeUnprintable(f.Message, "\n"))
	if f.Hint != "" {
		fmt.Fprintf(v.Err, "depeer: %s %s\n", v.paintText(cyan, "hint:"), escapeUnprintable(f.Hint, "\n"))
	}
}

func (v *textView) Check(c Check) error {
	v.showDiagnostics(v.Out, c.Diagnostics)
	found := "no complaints"
	if len(c.Diagnostics) != 0 {
		found = strings.Join(formatNonzero(
			countOf{c.Diagnostics.Count(diag.Error), "error"},
			countOf{c.Diagnostics.Count(diag.Refused), "refusal"},
			countOf{c.Diagnostics.Count(diag.Warning), "warning"},
		), ", ")
	}
	_, err := fmt.Fprintf(v.Out, "%s: %s\n", strings.Join([]string{
		countOf{c.Lists, "listing"}.String(), countOf{c.Providers, "provider"}.String(),
		countOf{c.Prefixes, "prefix"}.String(), countOf{c.ASNs, "ASN"}.String(),
	}, ", "), found)
	return err
}

func (v *textView) Emit(e Emit) error {
	v.Warnings(e.Diagnostics)
	if e.File == "" {
		_, err := v.Out.Write(e.Configuration)
		return err
	}
	if e.Changed {
		v.Note("wrote %s", e.File)
	} else {
		v.Note("%s is as it should be", e.File)
	}
	return nil
}

func (v *textView) Import(i Import) error {
	v.Warnings(i.Diagnostics)
	v.Note("%s: %s, %s, %s", i.Name, countOf{i.Providers, "provider"}, countOf{i.Prefixes, "prefix"},
		countOf{i.ASNs, "ASN"})
	if i.File == "" {
		_, err := v.Out.Write(i.Listing)
		return err
	}
	v.Note("wrote %s", i.File)
	return nil
}

func (v *textView) Version(ver Version) error {
	commit := cmp.Or(ver.Commit, "unknown")
	if ver.CommitTime != "" {
		commit += " of " + ver.CommitTime
	}
	if ver.Modified {
		commit += ", and changes that are not in it"
	}
	_, err := fmt.Fprintf(v.Out, "depeer %s\n  commit     %s\n  platform   %s\n  go         %s\n  GoBGP API  %s\n",
		ver.Version, commit, ver.Platform, ver.Go, ver.GoBGP)
	return err
}

// showDiagnostics writes each on its line, with the source and a caret below.
func (v *textView) showDiagnostics(w io.Writer, l diag.List) {
	for _, d := range l {
		color := red
		if d.Severity == diag.Warning {
			color = yellow
		}
		word := d.Severity.String() + ":"
		fmt.Fprintln(w, strings.Replace(escapeUnprintable(d.String(), ""), word, v.paintText(color, word), 1))
		v.showCaret(w, d.Position)
	}
}

// showCaret writes the line that a diagnostic is about, and a caret below its
// column. Tabs are kept, so that both lines align in any terminal. Of a long line
// only the start is looked at, for it can be all of a file, and wrong in every place.
func (v *textView) showCaret(w io.Writer, p diag.Position) {
	const widest = 120
	if p.Line == 0 || p.Column == 0 || p.Column > widest || v.Source == nil {
		return
	}
	text, ok := v.Source(p.File, p.Line)
	if !ok || p.Column > len(text)+1 {
		return
	}
	line, more := string(text[:min(len(text), widest)]), ""
	if len(text) > widest {
		line, more = wholeRunes(line), "..."
	}
	if p.Column > len(line)+1 || !utf8.ValidString(line) || strings.ContainsFunc(line, isUnprintable) {
		return
	}
	gap := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, line[:p.Column-1])
	fmt.Fprintf(w, "%6d | %s%s\n       | %s%s\n", p.Line, line, more, gap, v.paintText(cyan, "^"))
}

// wholeRunes takes off the start of a rune that s ends with.
func wholeRunes(s string) string {
	for i := len(s) - 1; i >= 0 && i >= len(s)-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				return s[:i]
			}
			break
		}
	}
	return s
}

// isUnprintable finds characters that could play tricks on a terminal: controls, invisible
// ones, and those that turn the direction of writing.
func isUnprintable(r rune) bool { return r != '\t' && !unicode.IsGraphic(r) }

// escapeUnprintable escapes the characters that isUnprintable finds, except those of keep:
// they come in names of files.
func escapeUnprintable(s, keep string) string {
	hidden := func(r rune) bool { return isUnprintable(r) && !strings.ContainsRune(keep, r) }
	if utf8.ValidString(s) && !strings.ContainsFunc(s, hidden) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		if piece := s[i : i+size]; hidden(r) || r == utf8.RuneError {
			b.WriteString(strings.Trim(strconv.QuoteToASCII(piece), `"`))
		} else {
			b.WriteString(piece)
		}
	}
	return b.String()
}

// Colours, as SGR parameters (ECMA-48).
const (
	red    = "31"
	yellow = "33"
	cyan   = "36"
)

func (v *textView) paintText(color, s string) string {
	if !v.Color {
		return s
	}
	return "\x1b[" + color + "m" + s + "\x1b[0m"
}

// countOf is a number of things.
type countOf struct {
	n    int
	noun string
}

// String writes "1 prefix", "1,699 prefixes".
func (c countOf) String() string { return operate.Count(c.n, c.noun) }

// formatNumber writes a number with commas between thousands.
func formatNumber(n int) string { return operate.Group(n) }

func formatNonzero(all ...countOf) []string {
	var out []string
	for _, c := range all {
		if c.n != 0 {
			out = append(out, c.String())
		}
	}
	return out
}
