package strict

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"depeer/filters/diag"
)

// problem translates one error of yaml.v3 3.0.1 into our words.
type problem struct {
	theirs string // how its message starts
	code   string
	ours   string
	hint   string
	// above: its line counts from 0. If a broken list or map starts below the first line, yaml.v3
	// names the line where it starts, not the line where it breaks.
	above bool
}

var problems = []problem{
	{"did not find expected ',' or ']'", "yaml", "a list in brackets is not closed, or lacks a comma",
		"look for , or ] from this line on", true},
	{"did not find expected ',' or '}'", "yaml", "a map in braces is not closed, or lacks a comma",
		"look for , or } from this line on", true},
	{"did not find expected key", "yaml",
		"a map is broken by a line that is indented otherwise, or is not `key: value`", "look from this line on", true},
	{"did not find expected '-' indicator", "yaml",
		"a list is broken by a line that is indented otherwise, or does not start with `- `", "look from this line on",
		true},
	{"did not find expected <document start>", "second-document", "text after the end of the document",
		"one document a file", true},
	{"did not find expected node content", "yaml", "a value is missing", "", true},
	{"found undefined tag handle", "tag", "a tag", "leave the tag out", true},
	{"mapping values are not allowed in this context", "yaml", "a colon where none belongs",
		"indent the line as the one before it, or put the value in quotes", false},
	{"block sequence entries are not allowed in this context", "yaml", "a list where none belongs",
		"put it on a line of its own", false},
	{"could not find expected ':'", "yaml", "a line without `key: value`", "is the file whole?", false},
	{"found unexpected end of stream", "yaml", "a quote is not closed", "is the file whole?", false},
	{"found character that cannot start any token", "yaml", "a value cannot start with this character",
		"put it in quotes; indent with spaces", false},
	{tabFound, "yaml", "a tab in the indentation", "indent with spaces", false},
	{"exceeded max depth", "too-deep", "nested far too deep", "", false},
	{"found unknown escape character", "yaml", "an escape that YAML does not have, in double quotes",
		"write \\\\ for a backslash, or use single quotes", false},
}

// tabFound comes with the line where a value begins that continues in the lines below. The tab is
// in one of those.
const tabFound = "found a tab character"

var tabIndent = regexp.MustCompile(`(?m)^ *\t`)

var yamlMessage = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)
var unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced`)

// addYAMLError adds an error of yaml.v3. Such an error has at best a line, and none if it is the
// first.
func (d *document) addYAMLError(data []byte, err error) {
	at, message := diag.Position{Line: 1, Column: 1}, err.Error()
	below := 0 // lines to add where yaml.v3 counts from 0
	if m := yamlMessage.FindStringSubmatch(message); m != nil {
		message = m[2]
		if line, err := strconv.Atoi(m[1]); err == nil {
			at.Line, below = line, 1
		}
	}
	if m := unknownAnchor.FindStringSubmatch(message); m != nil {
		if i := bytes.Index(data, []byte("*"+m[1])); i >= 0 {
			at = positionAt(data, i)
		}
		d.errorf(at, "alias", "write the value out", "alias *%s", m[1])
		return
	}
	for _, p := range problems {
		if strings.HasPrefix(message, p.theirs) {
			if p.above {
				at.Line += below
			}
			at.Line = min(at.Line, max(1, positionAt(data, len(bytes.TrimRight(data, "\r\n"))).Line))
			if p.theirs == tabFound {
				at = firstTab(data, at)
			}
			d.errorf(at, p.code, p.hint, "%s", p.ours)
			return
		}
	}
	d.errorf(at, "yaml", "", "%s", message)
}

// firstTab returns the position of the first tab in the indentation below at, or at itself.
func firstTab(data []byte, at diag.Position) diag.Position {
	start := 0
	for range at.Line {
		i := bytes.IndexByte(data[start:], '\n')
		if i < 0 {
			return at
		}
		start += i + 1
	}
	found := tabIndent.FindIndex(data[start:])
	if found == nil {
		return at
	}
	return positionAt(data, start+found[1]-1)
}
