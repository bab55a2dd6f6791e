package strict_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
	"depeer/filters/strict"
)

// pair is what the tests read: texts, a list, a number, a truth, a pair inside.
type pair struct {
	name, review string
	list         []string
	number       uint64
	yes          bool
}

var fields = []strict.Field[pair]{
	{Key: "name", Required: true, Read: func(p *pair, v strict.Node) { p.name, _ = v.Text() }},
	{Key: "review_after", Read: func(p *pair, v strict.Node) { p.review, _ = v.Scalar() }},
	{Key: "list", Read: func(p *pair, v strict.Node) {
		nodes, _ := v.List()
		for _, n := range nodes {
			s, _ := n.Scalar()
			p.list = append(p.list, s)
		}
	}},
	{Key: "number", Read: func(p *pair, v strict.Node) { p.number, _ = v.Uint(1, 100) }},
	{Key: "yes", Read: func(p *pair, v strict.Node) { p.yes, _ = v.Bool() }},
}

func read(text string) (pair, []string) {
	var p pair
	var diags diag.List
	if root, ok := strict.Read("f", "k", []byte(text), &diags); ok {
		strict.Map(root, fields, &p)
	}
	diags.Sort()
	var said []string
	for _, d := range diags {
		said = append(said, d.String())
	}
	return p, said
}

func TestReadAsWritten(t *testing.T) {
	got, said := read("\ufeff# a comment\r\nname: 'null'\r\nreview_after: 010\r\nlist: [0x10, 1.10, 6e4, 64_512, " +
		"yes, 2008-11-10, \"a\"]\r\nnumber: 100\r\nyes: true\r\n")
	want := pair{"null", "010", []string{"0x10", "1.10", "6e4", "64_512", "yes", "2008-11-10", "a"}, 100, true}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(pair{})); d != "" || said != nil {
		t.Errorf("-want +got:\n%s%s", d, said)
	}
}

func TestTextsOfTheWorldAreKept(t *testing.T) {
	for _, name := range []string{`Jürgen "Ö" Müller & Söhne`, "Хостинг", "安全主机", "شرکت میزبان\u200cوب", "נתיב",
		"👩\u200d💻 host", "a\u00a0b", "'quoted'"} {
		p, said := read(fmt.Sprintf("name: %q\n", name))
		if p.name != name || said != nil {
			t.Errorf("name %q read as %q, %q", name, p.name, said)
		}
	}
}

func TestRefused(t *testing.T) {
	long := strings.Repeat("x", 20<<10)
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "f: error: file is empty (hint: version: 1) [k-empty]"},
		{"comment only", "# nothing\n", "f: error: file is empty (hint: version: 1) [k-empty]"},
		{"null document", "---\n", "f: error: file is empty (hint: version: 1) [k-empty]"},
		{"no map", "- a\n", "f:1:1: error: a list where a map belongs (hint: key: value) [k-not-a-map]"},
		{"missing key", "yes: true\n", `f:1:1: error: "name" is missing (hint: name: ...) [k-missing-key]`},
		{"unknown key", "name: a\nreview-after: b\n",
			`f:2:1: error: unknown key "review-after" (hint: review_after) [k-unknown-key]`},
		{"misspelt key", "nam: a\nname: a\n", `f:1:1: error: unknown key "nam" (hint: name) [k-unknown-key]`},
		{"strange key", "name: a\nzzz: b\n",
			`f:2:1: error: unknown key "zzz" (hint: one of name, review_after, list, number, yes) [k-unknown-key]`},
		{"duplicate key", "name: a\nyes: true\n\"name\": b\n",
			`f:3:1: error: key "name" stands twice, first at line 1, column 1 [k-duplicate-key]`},
		{"list as key", "name: a\n? [a]\n: b\n", "f:2:3: error: a key must be a single word [k-key]"},
		{"null", "name: ~\n", "f:1:7: error: nothing where a value belongs (hint: leave the key out) [k-empty]"},
		{"empty text", "name: ' '\n", "f:1:7: error: nothing where a text belongs (hint: leave the key out) [k-empty]"},
		{"map for text", "name: {a: b}\n", "f:1:7: error: a map where a single value belongs [k-not-a-value]"},
		{"text for list", "name: a\nlist: b\n",
			`f:2:7: error: "b" where a list belongs (hint: - one line for each) [k-not-a-list]`},
		{"yes", "name: a\nyes: yes\n",
			`f:2:6: error: "yes" is neither true nor false (hint: true or false) [k-not-a-bool]`},
		{"quoted true", "name: a\nyes: 'true'\n",
			`f:2:6: error: "true" is neither true nor false (hint: true or false) [k-not-a-bool]`},
		{"octal", "name: a\nnumber: 010\n",
			`f:2:9: error: "010" is not a plain decimal number (hint: 1 to 100) [k-not-a-number]`},
		{"sign", "name: a\nnumber: +1\n",
			`f:2:9: error: "+1" is not a plain decimal number (hint: 1 to 100) [k-not-a-number]`},
		{"range", "name: a\nnumber: 101\n", "f:2:9: error: 101 is out of range (hint: 1 to 100) [k-number-range]"},

		{"second document", "name: a\n---\nname: b\n",
			"f:2:1: error: a second document, after the one at line 1 (hint: one document a file) [k-second-document]"},
		{"second, empty", "name: a\n---\n", "f:2:1: error: a second document, after the one at line 1 (hint: one " +
			"document a file) [k-second-document]"},
		{"text after the end", "name: a\n...\nname: b\n",
			"f:3:1: error: text after the end of the document (hint: one document a file) [k-second-document]"},
		{"alias", "name: &x a\nreview_after: *x\n",
			"f:1:7: error: anchor &x (hint: write the value out where it is needed) [k-alias]|f:2:15: error: alias " +
				"*x (hint: write the value out) [k-alias]"},
		{"unknown alias", "name: a\nlist:\n  - *x\n", "f:3:5: error: alias *x (hint: write the value out) [k-alias]"},
		{"merge key", "name: a\n<<: {yes: true}\n", "f:2:1: error: merge key << (hint: write the keys out) [k-alias]"},
		{"tag", "name: !!str a\n", "f:1:7: error: tag !!str (hint: leave the tag out) [k-tag]"},
		{"own tag", "name: a\nyes: !no x\n", "f:2:6: error: tag !no (hint: leave the tag out) [k-tag]"},
		{"tag handle", "name: a\nyes: !h!x b\n", "f:2:1: error: a tag (hint: leave the tag out) [k-tag]"},
		{"directive", "%YAML 1.2\n---\nname: a\n",
			"f:1:1: error: a line that starts with % (hint: leave the line out) [k-directive]"},

		{"Latin-1", "name: a\nlist: [b, \xfc]\n",
			"f:2:11: error: not UTF-8 (hint: save the file as UTF-8) [k-encoding]"},
		{"UTF-16", "\xff\xfen\x00a\x00", "f:1:1: error: not UTF-8 (hint: save the file as UTF-8) [k-encoding]"},
		{"NUL", "name: a\r\n#\x00\r\n", "f:2:2: error: control character U+0000 (hint: write it without) " +
			"[k-hidden-character]"},
		{"next line", "name: a\u0085\n", "f:1:8: error: control character U+0085 (hint: write it without) " +
			"[k-hidden-character]"},
		{"escaped NUL", `name: "a\0"`,
			`f:1:7: error: control character U+0000 in "a\x00" (hint: write it without) [k-hidden-character]`},
		{"line break", "name: |\n  a\n  b\n",
			`f:1:7: error: control character U+000A in "a\nb\n" (hint: on one line, or folded with >-) [k-hidden-character]`},
		{"bidi", "name: a\u202eb\n",
			`f:1:7: error: bidirectional control character U+202E in "a\u202eb" (hint: write it without) [k-hidden-character]`},
		{"zero width", "name: a\u200bb\n",
			`f:1:7: error: invisible character U+200B in "a\u200bb" (hint: write it without) [k-hidden-character]`},
		{"replaced", "name: a\ufffdb\n",
			`f:1:7: error: replacement character U+FFFD in "a\ufffdb" (hint: write it without) [k-hidden-character]`},
		{"tags of Unicode", "name: a\U000e0041b\n",
			`f:1:7: error: invisible character U+E0041 in "a\U000e0041b" (hint: write it without) [k-hidden-character]`},
		{"columns in bytes", "{name: a, list: [ü, ö], nam: c}\n",
			`f:1:27: error: unknown key "nam" (hint: name) [k-unknown-key]`},
		{"too long", "name: " + long + "\n", "f:1:7: error: a value of more than 16384 bytes [k-too-long]"},
		{"deep", "name: " + strings.Repeat("[", 70) + strings.Repeat("]", 70),
			"f:1:71: error: nested more than 64 deep [k-too-deep]"},

		{"unclosed list", "name: a\n\nlist: [1, 2\n",
			"f:3:1: error: a list in brackets is not closed, or lacks a comma (hint: look for , or ] from this line " +
				"on) [k-yaml]"},
		{"unclosed first line", "list: [1, 2\n",
			"f:1:1: error: a list in brackets is not closed, or lacks a comma (hint: look for , or ] from this line " +
				"on) [k-yaml]"},
		{"unclosed map", "name: a\nlist: {a: 1\nyes: true\n",
			"f:2:1: error: a map in braces is not closed, or lacks a comma (hint: look for , or } from this line " +
				"on) [k-yaml]"},
		{"unclosed quote", "name: a\nlist: [\"b\n",
			"f:2:1: error: a quote is not closed (hint: is the file whole?) [k-yaml]"},
		{"cut key", "name: a\nlis", "f:2:1: error: a line without `key: value` (hint: is the file whole?) [k-yaml]"},
		{"indentation", "name: a\nlist:\n  - b\n - c\n",
			"f:4:1: error: a map is broken by a line that is indented otherwise, or is not `key: value` (hint: look " +
				"from this line on) [k-yaml]"},
		{"two colons", "name: a: b\n", "f:1:1: error: a colon where none belongs (hint: indent the line as the one " +
			"before it, or put the value in quotes) [k-yaml]"},
		{"two colons below", "yes: true\nname: a: b\n",
			"f:2:1: error: a colon where none belongs (hint: indent the line as the one before it, or put the value " +
				"in quotes) [k-yaml]"},
		{"tab below a value", "list:\n  - a\n\n  \tb: c\n",
			"f:4:3: error: a tab in the indentation (hint: indent with spaces) [k-yaml]"},
		{"tab", "list:\n\t- b\n", "f:2:1: error: a value cannot start with this character (hint: put it in quotes; " +
			"indent with spaces) [k-yaml]"},
		{"at sign", "name: @b\n", "f:1:1: error: a value cannot start with this character (hint: put it in quotes; " +
			"indent with spaces) [k-yaml]"},
		{"escape", "name: \"\\q\"\n",
			`f:1:1: error: an escape that YAML does not have, in double quotes (hint: write \\ for a backslash, or use single quotes) [k-yaml]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, said := read(c.text)
			if d := cmp.Diff(strings.Split(c.want, "|"), said); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestManyMistakesEnd(t *testing.T) {
	_, said := read("name: a\n" + strings.Repeat("zzz: 1\n", 20_000))
	if len(said) != 10_000 || said[0] != "f: error: too many problems: only the first 9999 are shown [k-too-many]" {
		t.Errorf("got %d diagnostics, the first %q", len(said), said[0])
	}
}

func TestLongMessagesAreCut(t *testing.T) {
	_, said := read("name: a\nnumber: " + strings.Repeat("9", 10_000) + "\n")
	if len(said) != 1 || len(said[0]) > 500 {
		t.Errorf("got %.600q", said)
	}
}

// Whoever quotes a value in a message, and how: no terminal obeys it.
func TestMessagesAreSafeForATerminal(t *testing.T) {
	var diags diag.List
	root, _ := strict.Read("f", "k", []byte(`"\e[31m\u202e"`), &diags)
	value, _ := root.Scalar()
	root.Errorf("code", value, "what is %s", value)
	want := `f:1:1: error: what is \x1b[31m\u202e (hint: \x1b[31m\u202e) [k-code]`
	if got := diags[0].String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"name: a\n", "name: [a, {b: c}]\n", "\ufeffname: \"\\u202e\"", "a: &x [*x]",
		"? [a]\n: |\n  b\n", "#\n- - a # b\n  #\n", "%TAG ! !\n---\n", "{ü: ü, ö: [ö]}", "a:\r- b\r\n- c", "'\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var diags diag.List
		var p pair
		root, ok := strict.Read("f", "k", data, &diags)
		if !ok && diags.Worst() != diag.Error {
			t.Fatal("no root, and no reason")
		}
		if ok {
			strict.Map(root, fields, &p)
			root.Pairs()
		}
		// yaml.v3 ends every text with a line break.
		lines := 1 + strings.Count(string(data), "\n") + strings.Count(string(data), "\r") + 1
		for _, d := range diags {
			if d.Position.Line > lines || d.Position.Column > len(data)+1 || len(d.Message) > 500 {
				t.Errorf("%s: outside of the file, or too long", d)
			}
		}
	})
}
