package strict

import (
	"bytes"
	"errors"
	"io"

	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
)

// Limits of a file. Both formats stay far below them.
const (
	MaxSize     = 64 << 20 // bytes
	MaxValues   = 1 << 20  // values, about: what yaml.v3 needs 160 bytes each for, and a microsecond
	MaxComments = 1 << 18  // comments, about: yaml.v3 needs 2 KiB for one
	maxDepth    = 64       // of nesting
	maxLength   = 16 << 10 // bytes of one value
	maxErrors   = 10_000   // diagnostics of one file
)

// Read reads data as exactly one YAML document, or as JSON, and returns its root. Every
// diagnostic's code starts with kind, and its position names file. Read returns false if there is
// no usable root; diags then says why.
//
// It refuses aliases, anchors and explicit tags, so a document is never larger than its text. It
// skips a byte order mark at the start of UTF-8.
func Read(file, kind string, data []byte, diags *diag.List) (Node, bool) {
	doc := &document{file: file, kind: kind, diags: diags}
	if len(data) > MaxSize {
		doc.errorf(diag.Position{}, "too-large", "", "file is over %d MiB", MaxSize>>20)
		return Node{}, false
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	ascii, ok := doc.surveyBytes(data)
	if !ok {
		return Node{}, false
	}
	if isJSON(data) {
		top := readJSON(data)
		return Node{top, doc}, doc.checkNode(top, 0)
	}
	top, ok := doc.parseYAML(data)
	if !ok {
		return Node{}, false
	}
	if !ascii {
		countBytes(top, data)
	}
	return Node{top, doc}, doc.checkNode(top, 0)
}

// parseYAML reads one document with yaml.v3, and refuses anything after it.
func (d *document) parseYAML(data []byte) (*yaml.Node, bool) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var root, second yaml.Node
	switch err := dec.Decode(&root); {
	case err != nil && !errors.Is(err, io.EOF):
		d.addYAMLError(data, err)
		return nil, false
	case err != nil || (Node{root.Content[0], d}).isNull():
		d.errorf(diag.Position{}, "empty", "version: 1", "file is empty")
		return nil, false
	}
	top := root.Content[0]
	switch err := dec.Decode(&second); {
	case errors.Is(err, io.EOF):
		return top, true
	case err != nil:
		d.addYAMLError(data, err)
	default:
		Node{&second, d}.Errorf("second-document", "one document a file", "a second document, after the one at line %d",
			top.Line)
	}
	return nil, false
}

// checkNode refuses what this package does not read: aliases, anchors, tags, merge keys, keys that
// are not scalars, nesting that is too deep and values that are too long.
func (d *document) checkNode(n *yaml.Node, depth int) bool {
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
	case len(n.Value) > maxLength:
		here.Errorf("too-long", "", "a value of more than %d bytes", maxLength)
		return false
	}
	ok := true
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && !d.checkKey(c) || !d.checkNode(c, depth+1) {
			ok = false
		}
	}
	return ok
}

// checkKey refuses keys that are more than a word.
func (d *document) checkKey(n *yaml.Node) bool {
	switch {
	case n.Kind == yaml.MappingNode || n.Kind == yaml.SequenceNode:
		Node{n, d}.Errorf("key", "", "a key must be a single word")
		return false
	case n.Tag == "!!merge":
		Node{n, d}.Errorf("alias", "write the keys out", "merge key <<")
		return false
	default:
		return true
	}
}
