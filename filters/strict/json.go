package strict

import (
	"bytes"
	"encoding/json"
	"fmt"

	"gopkg.in/yaml.v3"
)

// In YAML 1.2 all JSON is YAML, but yaml.v3 refuses some of it: `\/`, which PHP writes, and
// characters past U+FFFF in two escapes, which Python writes. So JSON is read as JSON, into the
// same nodes.

// isJSON says whether data is one JSON object or array and nothing else.
func isJSON(data []byte) bool {
	start := bytes.TrimLeft(data, " \t\r\n")
	return len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(start)
}

// jsonReader makes nodes of valid JSON.
type jsonReader struct {
	tokens *json.Decoder
	data   []byte
	at     cursor
}

func readJSON(data []byte) *yaml.Node {
	r := &jsonReader{tokens: json.NewDecoder(bytes.NewReader(data)), data: data, at: cursor{data: data, line: 1}}
	r.tokens.UseNumber() // numbers as they are written
	return r.readValue()
}

// readValue reads the next value and everything inside it. The columns of its nodes are in bytes.
func (r *jsonReader) readValue() *yaml.Node {
	start := int(r.tokens.InputOffset())
	for bytes.IndexByte([]byte(" \t\r\n,:"), r.data[start]) >= 0 {
		start++
	}
	for r.at.place < start {
		r.at.step()
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Line: r.at.line, Column: r.at.place - r.at.start + 1}
	switch token := r.nextToken().(type) {
	case json.Delim:
		n.Kind, n.Tag = yaml.SequenceNode, "!!seq"
		if token == '{' {
			n.Kind, n.Tag = yaml.MappingNode, "!!map"
		}
		n.Style = yaml.FlowStyle
		for r.tokens.More() {
			n.Content = append(n.Content, r.readValue())
		}
		r.nextToken() // what closes it
	case string:
		n.Tag, n.Value, n.Style = "!!str", token, yaml.DoubleQuotedStyle
	case json.Number:
		n.Tag, n.Value = "!!int", token.String()
	case bool:
		n.Tag, n.Value = "!!bool", fmt.Sprint(token)
	case nil:
		n.Tag, n.Value = "!!null", "null"
	}
	return n
}

func (r *jsonReader) nextToken() json.Token {
	token, err := r.tokens.Token()
	if err != nil {
		panic("strict: JSON that is valid has no next token: " + err.Error())
	}
	return token
}
