package gobgpconf

import (
	"fmt"
	"strconv"
)

// writeYAML writes c with two spaces of indent, and each table that holds no
// further one on a line of its own, for a readable diff. Strings are quoted,
// always: 64500:666:1 is a number to readers of YAML 1.1. (yaml.v3 takes seconds
// for 100,000 entries in this form.)
func writeYAML(c table, comment []string) []byte {
	return appendYAMLTable(appendComments(nil, comment), c, "", "")
}

// appendYAMLTable writes a table in block style; first is what its first line starts
// with, such as the dash of a list.
func appendYAMLTable(b []byte, t table, indent, first string) []byte {
	for i, p := range t {
		b = append(b, separatorBefore(first, indent, i)...)
		b = append(b, p.key...)
		b = append(b, ':')
		b = appendYAMLBlock(b, p.value, indent+"  ")
	}
	return b
}

// appendYAMLBlock writes what stands behind a key, to the end of its last line.
func appendYAMLBlock(b []byte, value any, indent string) []byte {
	switch v := value.(type) {
	case []string:
		b = append(b, '\n')
		for _, s := range v {
			b = append(b, indent+"- "...)
			b = append(appendJSONString(b, s), '\n')
		}
		return b
	case []table:
		b = append(b, '\n')
		for _, t := range v {
			if t.isShort() {
				b = append(b, indent+"- "...)
				b = append(appendYAMLFlow(b, t), '\n')
			} else {
				b = appendYAMLTable(b, t, indent+"  ", indent+"- ")
			}
		}
		return b
	case table:
		if !v.isShort() {
			return appendYAMLTable(append(b, '\n'), v, indent, indent)
		}
	}
	b = append(b, ' ')
	return append(appendYAMLFlow(b, value), '\n')
}

// isShort says whether a table is written on one line, where it could be.
func (t table) isShort() bool { return len(t) > 1 && t.isFlat() }

// appendYAMLFlow writes a value on one line.
func appendYAMLFlow(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendJSONString(b, v) // all that is JSON is YAML
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case []string:
		for i, s := range v {
			b = append(b, separatorBefore("[", ", ", i)...)
			b = appendJSONString(b, s)
		}
		return append(b, ']')
	case table:
		for i, p := range v {
			b = append(b, separatorBefore("{", ", ", i)...)
			b = append(b, p.key...)
			b = appendYAMLFlow(append(b, ": "...), p.value)
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("gobgpconf: no YAML for a %T", v))
	}
}
