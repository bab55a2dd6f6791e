package strict

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"depeer/filters/diag"
)

// Node is a value of a document, with its position. Its methods add what is wrong with the value to
// the document's diagnostics and return false; the caller then goes on with the next value.
type Node struct {
	yaml *yaml.Node
	doc  *document
}

// Position returns where the value starts.
func (n Node) Position() diag.Position {
	return diag.Position{File: n.doc.file, Line: n.yaml.Line, Column: n.yaml.Column}
}

// Errorf says that the value is invalid. The document's kind is put before code.
func (n Node) Errorf(code, hint, format string, args ...any) {
	n.doc.errorf(n.Position(), code, hint, format, args...)
}

// Warnf warns about a value that is used all the same.
func (n Node) Warnf(code, hint, format string, args ...any) {
	n.doc.addDiagnostic(diag.Warning, n.Position(), code, hint, format, args...)
}

// IsValid says whether n is a value of a document. The zero Node is not.
func (n Node) IsValid() bool { return n.yaml != nil }

// Len returns how many values a sequence has, or how many keys a mapping.
func (n Node) Len() int {
	if n.IsMap() {
		return len(n.yaml.Content) / 2
	}
	return len(n.yaml.Content)
}

// IsMap says whether the value is a mapping; IsList, whether it is a sequence.
func (n Node) IsMap() bool  { return n.yaml.Kind == yaml.MappingNode }
func (n Node) IsList() bool { return n.yaml.Kind == yaml.SequenceNode }

func (n Node) isNull() bool { return n.yaml.Tag == "!!null" }

// List returns the values of a sequence.
func (n Node) List() ([]Node, bool) {
	if !n.IsList() {
		n.Errorf("not-a-list", "- one line for each", "%s where a list belongs", n.describeKind())
		return nil, false
	}
	nodes := make([]Node, len(n.yaml.Content))
	for i, c := range n.yaml.Content {
		nodes[i] = Node{c, n.doc}
	}
	return nodes, true
}

// Scalar returns a scalar exactly as it is written, whatever its type in YAML. A null is an error.
func (n Node) Scalar() (string, bool) {
	switch {
	case n.yaml.Kind != yaml.ScalarNode:
		n.Errorf("not-a-value", "", "%s where a single value belongs", n.describeKind())
		return "", false
	case n.isNull():
		n.Errorf("empty", "leave the key out", "nothing where a value belongs")
		return "", false
	}
	return n.yaml.Value, true
}

// Text returns a scalar for people to read: not empty, on one line, without control characters and
// without characters that change the direction of writing.
func (n Node) Text() (string, bool) {
	s, ok := n.Scalar()
	if !ok {
		return "", false
	}
	if strings.TrimSpace(s) == "" {
		n.Errorf("empty", "leave the key out", "nothing where a text belongs")
		return "", false
	}
	if r, what := findHidden(s); what != "" {
		hint := "write it without"
		if r == '\n' {
			hint = "on one line, or folded with >-"
		}
		n.Errorf("hidden-character", hint, "%s %U in %s", what, r, strconv.QuoteToASCII(s))
		return "", false
	}
	n.warnOfCut()
	return s, true
}

// Bool returns a value written as true or false. Anything else is an error.
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

// Uint returns a decimal number from low to high. It refuses leading zeros, signs, other bases,
// exponents and underscores.
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

// describeKind names the kind of the value for a message.
func (n Node) describeKind() string {
	switch n.yaml.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	case yaml.ScalarNode:
		if n.isNull() {
			return "nothing"
		}
		return strconv.Quote(n.yaml.Value)
	default:
		panic(fmt.Sprintf("strict: node of kind %d was let in", n.yaml.Kind))
	}
}
