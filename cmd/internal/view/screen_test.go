package view

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Lines are broken between words, what follows stands below the second column, and colours take no
// place.
func TestFoldLines(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"short":           {"routes    3 of 8\n", "routes    3 of 8\n"},
		"label":           {"lists     one, two, three, 4\n", "lists     one, two,\n          three, 4\n"},
		"under the label": {"          one two three four\n", "          one two\n          three four\n"},
		"no columns":      {"one two three four five\n", "one two three four\n  five\n"},
		"one word":        {"abcdefghijklmnopqrstuvwxyz\n", "abcdefghijklmnopqrstuvwxyz\n"},
		"colour":          {"\x1b[31mabcdefghij klmnopqr\x1b[0m\n", "\x1b[31mabcdefghij klmnopqr\x1b[0m\n"},
		"no end":          {"one two three four five", "one two three four\n  five"},
		"wide label":      {"a label that is wide  x y z\n", "a label that is wide\n  x y z\n"},
	} {
		if diff := cmp.Diff(test.want, foldLines(test.text, 20)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever the text, no word is lost or broken, and no line with two words is too long.
func TestFoldLinesAtRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`( {0,12}[a-zä.,]{1,15}( {1,3}[a-z0-9]{1,12}){0,12}\n){0,4}`).Draw(t, "text")
		width := rapid.IntRange(10, 60).Draw(t, "width")
		got := foldLines(text, width)
		if diff := cmp.Diff(strings.Fields(text), strings.Fields(got)); diff != "" {
			t.Fatalf("words (-want +got):\n%s", diff)
		}
		for line := range strings.Lines(got) {
			line = strings.TrimSuffix(line, "\n")
			if displayWidth(line) > width && len(strings.Fields(line)) > 1 {
				t.Fatalf("%d wide: %q", displayWidth(line), line)
			}
		}
	})
}

// A table leaves empty columns out, and cuts the last one on a narrow screen.
func TestTable(t *testing.T) {
	table := newTable("member", "none", "name")
	table.addRow("AS64496", "", "Example Networks")
	table.addRow("AS1", "", "Ä")
	table.addRow("AS2", "", "")
	for _, test := range []struct {
		most, screen int
		want         string
	}{
		{5, 0, "  member   name\n  AS64496  Example Networks\n  AS1      Ä\n  AS2\n"},
		{1, 0, "  member   name\n  AS64496  Example Networks\n  and 2 members more (--full)\n"},
		{1, 22, "  member   name\n  AS64496  Example Ne…\n  and 2 members more (--full)\n"},
		{1, 12, "  member\n  AS64496\n  and 2 members more (--full)\n"},
	} {
		var b strings.Builder
		table.show(&b, test.most, "member", test.screen)
		if diff := cmp.Diff(test.want, b.String()); diff != "" {
			t.Errorf("%d rows, %d columns (-want +got):\n%s", test.most, test.screen, diff)
		}
	}
}
