package feed

import (
	"encoding/json"
	"strings"
)

// A record is a JSON object on one line. It is read here, and not by encoding/json,
// for the place of every value, and because a key that stands twice is an error. What
// is nested in it is passed over: none of the keys that are read holds any.

// jsonKind is the type of a value.
type jsonKind uint8

const (
	jsonString jsonKind = iota
	jsonNumber
	jsonNull
	jsonBool
	jsonNested // an object or an array
)

// member is one key of an object and its value: a string unquoted, all else as
// it stands. index is where the value starts, in bytes.
type member struct {
	key   string
	value string
	kind  jsonKind
	index int
}

type object []member

// find returns the member of that key, or nil.
func (o object) find(key string) *member {
	for i := range o {
		if o[i].key == key {
			return &o[i]
		}
	}
	return nil
}

// objectError says what is wrong at a place of a line.
type objectError struct {
	index int
	what  string
}

// maxMembers bounds an object; Spamhaus has six at the most.
const maxMembers = 32

// parseObject reads a line that is one object and nothing else.
func parseObject(s string) (object, *objectError) {
	p := &objectParser{s: s}
	p.space()
	if !p.take('{') {
		return nil, p.fail("a record in JSON must start with {")
	}
	var o object
	p.space()
	for first := true; !p.take('}'); first = false {
		if !first && !p.take(',') {
			return nil, p.fail("a comma or } is missing")
		}
		p.space()
		at := p.i
		key, ok := p.str()
		switch {
		case !ok:
			return nil, p.fail("a key in double quotes is missing")
		case o.find(key) != nil:
			p.i = at
			return nil, p.fail("key " + brief(key) + " stands twice")
		case len(o) == maxMembers:
			return nil, p.fail("too many keys")
		}
		p.space()
		if !p.take(':') {
			return nil, p.fail("a colon is missing")
		}
		p.space()
		m := member{key: key, index: p.i}
		if m.value, m.kind, ok = p.value(); !ok {
			return nil, p.fail("a value must stand here")
		}
		o = append(o, m)
		p.space()
	}
	p.space()
	if p.i < len(s) {
		return nil, p.fail("more than one record on the line")
	}
	return o, nil
}

// objectParser is a place in a line.
type objectParser struct {
	s string
	i int
}

func (p *objectParser) fail(what string) *objectError { return &objectError{p.i, what} }

func (p *objectParser) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\r", p.s[p.i]) >= 0 {
		p.i++
	}
}

func (p *objectParser) take(c byte) bool {
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// str reads a string. Those with escapes are left to encoding/json.
func (p *objectParser) str() (string, bool) {
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

// value reads a value. An object or an array is left to encoding/json, which bounds how
// deep it may be.
func (p *objectParser) value() (string, jsonKind, bool) {
	if p.i < len(p.s) && p.s[p.i] == '"' {
		s, ok := p.str()
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
