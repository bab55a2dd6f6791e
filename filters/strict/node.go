package strict

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
)

// Node is a value of a document, with its place in it. What is wrong with it is
// added to the diagnostics that the document was read with; its methods
// then return false, and the caller goes on with the next value.
type Node struct {
	yaml *yaml.Node
	doc  *document
}

// document is what all nodes of one file share.
type document struct {
	file  string
	kind  string // starts every code: listing, exchange
	diags *diag.List
}

// Position returns where the value starts.
func (n Node) Position() diag.Position {
	return diag.Position{File: n.doc.file, Line: n.yaml.Line, Column: n.yaml.Column}
}

// Errorf says that the value is invalid. The document's kind is put before code.
func (n Node) Errorf(code, hint, format string, args ...any) {
	n.doc.diags.Errorf(n.Position(), n.doc.kind+"-"+code, hint, format, args...)
}

// Warnf says something about a value that is used all the same.
func (n Node) Warnf(code, hint, format string, args ...any) {
	n.doc.diags.Warnf(n.Position(), n.doc.kind+"-"+code, hint, format, args...)
}

// IsMap says whether the value is a mapping; IsList, whether it is a sequence.
func (n Node) IsMap() bool  { return n.yaml.Kind == yaml.MappingNode }
func (n Node) IsList() bool { return n.yaml.Kind == yaml.SequenceNode }

// List returns the values of a sequence.
func (n Node) List() ([]Node, bool) {
	if !n.IsList() {
		n.Errorf("not-a-list", "- one line for each", "%s where a list belongs", n.what())
		return nil, false
	}
	nodes := make([]Node, len(n.yaml.Content))
	for i, c := range n.yaml.Content {
		nodes[i] = Node{c, n.doc}
	}
	return nodes, true
}

// Scalar returns a scalar exactly as it is written, whatever type YAML would
// make of it. A null is none.
func (n Node) Scalar() (string, bool) {
	switch {
	case n.yaml.Kind != yaml.ScalarNode:
		n.Errorf("not-a-value", "", "%s where a single value belongs", n.what())
		return "", false
	case n.yaml.Tag == "!!null":
		n.Errorf("empty", "leave the key out", "nothing where a value belongs")
		return "", false
	}
	return n.yaml.Value, true
}

// Text returns a scalar that people read: not empty, on one line, without
// control characters and without characters that change the direction of writing.
func (n Node) Text() (string, bool) {
	s, ok := n.Scalar()
	if !ok {
		return "", false
	}
	if strings.TrimSpace(s) == "" {
		n.Errorf("empty", "leave the key out", "nothing where a text belongs")
		return "", false
	}
	for _, r := range s {
		if what := hidden(r); what != "" {
			n.Errorf("hidden-character", "write it without", "%s U+%04X in %s", what, r, strconv.QuoteToASCII(s))
			return "", false
		}
	}
	return s, true
}

// hidden names what is wrong with a rune that could make a terminal, a log or a
// configuration show something else than what it holds. Empty for all others.
func hidden(r rune) string {
	switch {
	case r < ' ', 0x7f <= r && r <= 0x9f, r == 0x2028, r == 0x2029:
		return "control character"
	case r == 0x061c, r == 0x200e, r == 0x200f, 0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069:
		return "bidirectional control character"
	case r == 0x200b, r == 0x2060, r == 0xfeff:
		return "invisible character"
	case r == 0xfffd:
		return "replacement character"
	default:
		return ""
	}
}

// Bool returns true or false; nothing else is a yes or a no.
func (n Node) Bool() (value, ok bool) {
	s, ok := n.Scalar()
	if !ok {
		return false, false
	}
	if s != "true" && s != "false" || n.yaml.Tag != "!!bool" {
		n.Errorf("not-a-bool", "true or false", "%q is neither true nor false", s)
		return false, false
	}
	return s == "true", true
}

// Uint returns a decimal number from low to high. Leading zeros, signs, other
// bases, exponents and underscores are refused.
func (n Node) Uint(low, high uint64) (uint64, bool) {
	s, ok := n.Scalar()
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseUint(s, 10, 64)
	if err != nil || strconv.FormatUint(v, 10) != s {
		n.Errorf("not-a-number", fmt.Sprintf("%d to %d", low, high), "%q is not a plain decimal number", s)
		return 0, false
	}
	if v < low || v > high {
		n.Errorf("number-range", fmt.Sprintf("%d to %d", low, high), "%d is out of range", v)
		return 0, false
	}
	return v, true
}

// what names the kind of the value for a message.
func (n Node) what() string {
	switch n.yaml.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if n.yaml.Tag == "!!null" {
			return "nothing"
		}
		return strconv.Quote(n.yaml.Value)
	default:
		panic(fmt.Sprintf("strict: node of kind %d was let in", n.yaml.Kind))
	}
}
