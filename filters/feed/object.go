package feed

import (
	"encoding/json"
	"strings"
)

// A record is a JSON object on one line. This package reads it, and not encoding/json, because it
// needs the position of every value, and because a duplicate key is an error. Nested values are
// skipped: no key that is read holds any.

// jsonKind is the type of a value.
type jsonKind uint8

const (
	jsonString jsonKind = iota
	jsonNumber
	jsonNull
	jsonBool
	jsonNested // an object or an array
)

// member is one key of an object and its value: a string without its quotes, anything else as
// written. index is the offset of the value, in bytes.
type member struct {
	key   string
	value string
	kind  jsonKind
	index int
}

type object []member

// findMember returns the member of that key, or nil.
func (o object) findMember(key string) *member {
	for i := range o {
		if o[i].key == key {
			return &o[i]
		}
	}
	return nil
}

// objectError says what is wrong at an offset of a line.
type objectError struct {
	index int
	what  string
}

// maxMembers bounds an object; Spamhaus has six at the most.
const maxMembers = 32

// parseObject reads a line that is one object and nothing else.
func parseObject(s string) (object, *objectError) {
	p := &objectParser{s: s}
	p.skipSpace()
	if !p.takeByte('{') {
		return nil, p.errorHere("a record in JSON must start with {")
	}
	var o object
	p.skipSpace()
	for first := true; !p.takeByte('}'); first = false {
		if !first && !p.takeByte(',') {
			return nil, p.errorHere("a comma or } is missing")
		}
		p.skipSpace()
		at := p.i
		key, ok := p.readString()
		switch {
		case !ok:
			return nil, p.errorHere("a key in double quotes is missing")
		case o.findMember(key) != nil:
			p.i = at
			return nil, p.errorHere("key " + quoteLine(key) + " stands twice")
		case len(o) == maxMembers:
			return nil, p.errorHere("too many keys")
		}
		p.skipSpace()
		if !p.takeByte(':') {
			return nil, p.errorHere("a colon is missing")
		}
		p.skipSpace()
		m := member{key: key, index: p.i}
		if m.value, m.kind, ok = p.readValue(); !ok {
			return nil, p.errorHere("a value must stand here")
		}
		o = append(o, m)
		p.skipSpace()
	}
	p.skipSpace()
	if p.i < len(s) {
		return nil, p.errorHere("more than one record on the line")
	}
	return o, nil
}

// objectParser is a position in a line.
type objectParser struct {
	s string
	i int
}

func (p *objectParser) errorHere(what string) *objectError { return &objectError{p.i, what} }

func (p *objectParser) skipSpace() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *objectParser) takeByte(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// readString reads a string. It leaves strings with escapes to encoding/json.
func (p *objectParser) readString() (string, bool) {
	if p.i >= len(p.s) || p.s[p.i] != '"' {
		return "", false
	}
	escaped := false
	for j := p.i + 1; j < len(p.s); j++ {
		switch c := p.s[j]; {
		case c == '\\':
			escaped = true
			j++
		case c < ' ':
			return "", false
		case c == '"':
			raw := p.s[p.i : j+1]
			value := raw[1 : len(raw)-1]
			if escaped && json.Unmarshal([]byte(raw), &value) != nil {
				return "", false
			}
			p.i = j + 1
			return value, true
		}
	}
	return "", false
}

// readValue reads a value. It leaves an object or an array to encoding/json, which bounds its
// depth.
func (p *objectParser) readValue() (string, jsonKind, bool) {
	if p.i < len(p.s) && p.s[p.i] == '"' {
		s, ok := p.readString()
		return s, jsonString, ok
	}
	if p.i < len(p.s) && (p.s[p.i] == '{' || p.s[p.i] == '[') {
		var nested json.RawMessage
		if json.NewDecoder(strings.NewReader(p.s[p.i:])).Decode(&nested) != nil {
			return "", 0, false
		}
		p.i += len(nested)
		return string(nested), jsonNested, true
	}
	end := p.i
	for end < len(p.s) && strings.IndexByte(",} \t\r", p.s[end]) < 0 {
		end++
	}
	word := p.s[p.i:end]
	kind := jsonNumber
	switch {
	case word == "null":
		kind = jsonNull
	case word == "true", word == "false":
		kind = jsonBool
	case word == "" || word[0] != '-' && (word[0] < '0' || '9' < word[0]) || !json.Valid([]byte(word)):
		return "", 0, false
	}
	p.i = end
	return word, kind, true
}
