package strict_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
	"depeer/filters/strict"
)

// What a program writes as JSON is read as it was meant, and wrong values have their
// places, in bytes.
func TestReadJSON(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       pair
	}{
		{"escaped slash", `{"name":"https:\/\/example.net\/"}`, pair{name: "https://example.net/"}},
		{"two escapes for one character", `{"name":"A \ud83d\ude00"}`, pair{name: "A 😀"}},
		{"everything", "\r\n {\"name\" : \"a\\u00fc\",\r\n\"list\":[\"x\", 6e4,0.5 , -1],\"number\":7,\"yes\":true}\n",
			pair{name: "aü", list: []string{"x", "6e4", "0.5", "-1"}, number: 7, yes: true}},
		{"YAML in braces is no JSON", `{name: a, "list": [b]}`, pair{name: "a", list: []string{"b"}}},
	} {
		got, said := read(test.text)
		if d := cmp.Diff(test.want, got, cmp.AllowUnexported(pair{})); d != "" || said != nil {
			t.Errorf("%s: -want +got:\n%s%s", test.name, d, said)
		}
	}
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", `{"name":"ü","list":["ö"],"nam":1}`,
			`f:1:28: error: unknown key "nam" (hint: name) [k-unknown-key]`},
		{"duplicate key", "{\"name\":\"a\",\n  \"name\":\"b\"}",
			`f:2:3: error: key "name" stands twice, first at line 1, column 2 [k-duplicate-key]`},
		{"null", `{"name":null}`, "f:1:9: error: nothing where a value belongs (hint: leave the key out) [k-empty]"},
		{"quoted true", `{"name":"a","yes":"true"}`,
			`f:1:19: error: "true" is neither true nor false (hint: true or false) [k-not-a-bool]`},
		{"half of a character", `{"name":"\ud83d"}`,
			`f:1:9: error: replacement character U+FFFD in "\ufffd" (hint: write it without) [k-hidden-character]`},
		{"escaped NUL", `{"name":"a\u0000"}`,
			`f:1:9: error: control character U+0000 in "a\x00" (hint: write it without) [k-hidden-character]`},
		{"list", `["name"]`, "f:1:1: error: a list where a map belongs (hint: key: value) [k-not-a-map]"},
		{"merge key", `{"name":"a","<<":{}}`,
			`f:1:13: error: unknown key "<<" (hint: one of name, review_after, list, number, yes) [k-unknown-key]`},
		{"deep", `{"name":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + "}",
			"f:1:73: error: nested more than 64 deep [k-too-deep]"},
		{"two documents", `{"name":"a"}` + "\n" + `{"name":"b"}`,
			"f:2:1: error: text after the end of the document (hint: one document a file) [k-second-document]"},
	} {
		if _, said := read(test.text); len(said) != 1 || said[0] != test.want {
			t.Errorf("%s: got %q, want %q", test.name, said, test.want)
		}
	}
}

// A # with a word or a number right behind it was hardly meant as a comment.
func TestCommentThatCutsAText(t *testing.T) {
	const said = "k-comment-cuts"
	for text, warned := range map[string]bool{
		"name: see ticket #4711\n":              true,
		"name: case # 4711\n":                   true,
		"name: Foo #1 Hosting\n":                true,
		"name: Foo\n  bar #baz\n":               true,
		"{name: a #b\n}\n":                      true,
		"name: a # a comment\n":                 false,
		"name: a\n#4711\n":                      false,
		"name: 'see ticket #4711'\n":            false,
		"name: 'quoted' #4711\n":                false,
		"name: see ticket#4711\n":               false,
		"name: a\nyes: true #no text\n":         false,
		"name: a    # needed; any text\n":       false,
		`{"name":"see ticket #4711"}`:           false,
		"name: |-\n  see ticket #4711\n":        false,
		"name: a  #\n":                          false,
		"name: a\nlist:\n  - b #1\nnumber: 1\n": false, // Scalar: not read as a text
	} {
		var diags diag.List
		var p pair
		root, ok := strict.Read("f", "k", []byte(text), &diags)
		if !ok {
			t.Fatalf("%q: %v", text, diags)
		}
		strict.Map(root, fields, &p)
		if got := len(diags) == 1 && diags[0].Code == said && diags[0].Severity == diag.Warning; got != warned ||
			!warned && len(diags) > 0 {
			t.Errorf("%q: got %v, warned: %t", text, diags, warned)
		}
	}
}
