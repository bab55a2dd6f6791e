package strict

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
)

// Limits of a file. Both formats stay far below them.
const (
	MaxSize  = 64 << 20 // bytes
	maxDepth = 64       // of nesting
)

// Read reads data as exactly one YAML document and returns its root. kind starts
// the code of every diagnostic, file its position. It returns false if there is no
// root to go on with; what it says is then in diags.
//
// Aliases, anchors and explicit tags are refused, so a document is never larger
// than its text.
func Read(file, kind string, data []byte, diags *diag.List) (Node, bool) {
	doc := &document{file, kind, diags}
	whole := diag.Position{File: file}
	if len(data) > MaxSize {
		diags.Errorf(whole, kind+"-too-large", "", "file is over %d MiB", MaxSize>>20)
		return Node{}, false
	}
	if line, column, ok := invalidUTF8(data); ok {
		diags.Errorf(diag.Position{File: file, Line: line, Column: column}, kind+"-encoding", "save the file as UTF-8", "not UTF-8")
		return Node{}, false
	}
	if line, ok := tooDeep(data); ok {
		diags.Errorf(diag.Position{File: file, Line: line, Column: 1}, kind+"-too-deep", "", "nested more than %d deep", maxDepth)
		return Node{}, false
	}

	dec := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	if err := dec.Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			diags.Errorf(whole, kind+"-empty", "version: 1", "file is empty")
		} else {
			p, what := yamlError(file, err)
			diags.Errorf(p, kind+"-yaml", "", "%s", what)
		}
		return Node{}, false
	}
	switch err := dec.Decode(&second); {
	case err == nil:
		n := Node{&second, doc}
		n.Errorf("second-document", "one document a file", "a second document, after the one at line %d", root.Content[0].Line)
		return Node{}, false
	case !errors.Is(err, io.EOF):
		p, what := yamlError(file, err)
		diags.Errorf(p, kind+"-yaml", "", "%s", what)
		return Node{}, false
	}
	top := root.Content[0]
	if !doc.plain(top, 0) {
		return Node{}, false
	}
	return Node{top, doc}, true
}

// plain refuses what this package does not read: aliases, anchors, tags, keys
// that are not scalars.
func (d *document) plain(n *yaml.Node, depth int) bool {
	here := Node{n, d}
	switch {
	case depth > maxDepth:
		here.Errorf("too-deep", "", "nested more than %d deep", maxDepth)
		return false
	case n.Kind == yaml.AliasNode:
		here.Errorf("alias", "write the value out", "alias *%s", n.Value)
		return false
	case n.Anchor != "":
		here.Errorf("alias", "write the value out where it is needed", "anchor &%s", n.Anchor)
		return false
	case n.Style&yaml.TaggedStyle != 0:
		here.Errorf("tag", "leave the tag out", "tag %s", n.Tag)
		return false
	}
	ok := true
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && c.Kind != yaml.ScalarNode {
			Node{c, d}.Errorf("key", "", "a key must be a single word")
			ok = false
			continue
		}
		if !d.plain(c, depth+1) {
			ok = false
		}
	}
	return ok
}

// tooDeep finds flow or block nesting that would cost yaml.v3 time and memory
// before it gives up. It counts brackets outside of comments and quotes
// roughly: more than any sensible file holds, never fewer than there are.
func tooDeep(data []byte) (line int, deep bool) {
	depth, line := 0, 1
	var quote byte
	dashes, start := 0, true // "- - - -" at the start of a line nests, too
	for i, c := range data {
		switch {
		case c == '\n':
			line++
			dashes, start = 0, true
			continue
		case quote != 0:
			if c == quote && !(c == '"' && data[i-1] == '\\') {
				quote = 0
			}
			continue
		case c == '-' && start:
			dashes++
		case c != ' ':
			start = false
		}
		switch c {
		case '"', '\'':
			if i > 0 && bytes.IndexByte([]byte(" [{,:\n-"), data[i-1]) >= 0 {
				quote = c
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(0, depth-1)
		}
		if depth > maxDepth || dashes > maxDepth && data[i] == '-' && i+1 < len(data) && data[i+1] == ' ' {
			return line, true
		}
	}
	return 0, false
}

// invalidUTF8 returns where data stops being UTF-8.
func invalidUTF8(data []byte) (line, column int, invalid bool) {
	if utf8.Valid(data) {
		return 0, 0, false
	}
	line, column = 1, 1
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r == utf8.RuneError && size == 1 {
			return line, column, true
		}
		column += size
		if r == '\n' {
			line, column = line+1, 1
		}
		data = data[size:]
	}
	panic("strict: text is both valid and invalid UTF-8")
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// yamlError takes the line out of an error of yaml.v3, which gives no column.
func yamlError(file string, err error) (diag.Position, string) {
	m := yamlLine.FindStringSubmatch(err.Error())
	if m == nil {
		return diag.Position{File: file}, err.Error()
	}
	p := diag.Position{File: file}
	if line, err := strconv.Atoi(m[1]); err == nil {
		p.Line, p.Column = line, 1
	}
	return p, m[2]
}
