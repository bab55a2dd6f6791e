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
	return yamlTable(commented(nil, comment), c, "", "")
}

// yamlTable writes a table in block style; first is what its first line starts
// with, such as the dash of a list.
func yamlTable(b []byte, t table, indent, first string) []byte {
	for i, p := range t {
		b = append(b, separator(first, indent, i)...)
		b = append(b, p.key...)
		b = append(b, ':')
		b = yamlBlock(b, p.value, indent+"  ")
	}
	return b
}

// yamlBlock writes what stands behind a key, to the end of its last line.
func yamlBlock(b []byte, value any, indent string) []byte {
	switch v := value.(type) {
	case []string:
		b = append(b, '\n')
		for _, s := range v {
			b = append(b, indent+"- "...)
			b = append(jsonString(b, s), '\n')
		}
		return b
	case []table:
		b = append(b, '\n')
		for _, t := range v {
			if t.short() {
				b = append(b, indent+"- "...)
				b = append(yamlFlow(b, t), '\n')
			} else {
				b = yamlTable(b, t, indent+"  ", indent+"- ")
			}
		}
		return b
	case table:
		if !v.short() {
			return yamlTable(append(b, '\n'), v, indent, indent)
		}
	}
	b = append(b, ' ')
	return append(yamlFlow(b, value), '\n')
}

// short says whether a table is written on one line, where it could be.
func (t table) short() bool { return len(t) > 1 && t.flat() }

// yamlFlow writes a value on one line.
func yamlFlow(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return jsonString(b, v) // all that is JSON is YAML
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case []string:
		for i, s := range v {
			b = append(b, separator("[", ", ", i)...)
			b = jsonString(b, s)
		}
		return append(b, ']')
	case table:
		for i, p := range v {
			b = append(b, separator("{", ", ", i)...)
			b = append(b, p.key...)
			b = yamlFlow(append(b, ": "...), p.value)
		}
		return append(b, '}')
	default:
		panic(fmt.Sprintf("gobgpconf: no YAML for a %T", v))
	}
}
