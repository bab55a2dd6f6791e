package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"
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
	writef(v.Err, "depeer: "+format+"\n", args...)
}

func (v *textView) Warnings(l diag.List) { v.showDiagnostics(v.Err, l) }

func (v *textView) Failure(f Failure) {
	v.showDiagnostics(v.Err, f.Diagnostics)
	fmt.Fprint(v.Err, escapeExcept(f.Detail, "\n\t"))
	for _, t := range f.Targets {
		writef(v.Err, "%s\n", joinLines(standingText(t)))
	}
	writef(v.Err, "depeer: %s %s\n", v.paintText(red, "error:"), joinLines(f.Message))
	if f.Hint != "" {
		writef(v.Err, "depeer: %s %s\n", v.paintText(cyan, "hint:"), joinLines(f.Hint))
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
	_, err := writef(v.Out, "%s: %s\n", strings.Join([]string{
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
	_, err := writef(v.Out, "depeer %s\n  commit     %s\n  platform   %s\n  go         %s\n  GoBGP API  %s\n",
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
		before, after, found := strings.Cut(d.String(), word)
		if !found {
			word = ""
		}
		writef(w, "%s%s%s\n", before, v.paintText(color, word), after)
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
	if p.Column > len(line)+1 || !utf8.ValidString(line) || escapeExcept(line, "\t") != line {
		return
	}
	gap := strings.Map(func(r rune) rune {
		if r == '\t' {
			return '\t'
		}
		return ' '
	}, line[:p.Column-1])
	writef(w, "%6d | %s%s\n       | %s%s\n", p.Line, tabbed(line), more, tabbed(gap), v.paintText(cyan, "^"))
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
