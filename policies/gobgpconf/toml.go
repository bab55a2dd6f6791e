package gobgpconf

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// writeTOML writes c as our part of a file: between markers, every header in full
// ([[defined-sets.prefix-sets]], never [defined-sets]), so that it can stand
// beside an operator's own tables, and what is small on one line. go-toml's own
// encoder writes each intermediate table, which may stand in a file only once.
func writeTOML(c table, comment []string) []byte {
	b := []byte(beginLine + "\n")
	b = commented(b, comment)
	b = tomlTables(b, "", c)
	return append(b, endLine+"\n"...)
}

// tomlTables writes the arrays of tables below path.
func tomlTables(b []byte, path string, t table) []byte {
	for _, p := range t {
		switch v := p.value.(type) {
		case table:
			b = tomlTables(b, path+p.key+".", v)
		case []table:
			for _, element := range v {
				b = fmt.Appendf(b, "\n[[%s%s]]\n", path, p.key)
				b = tomlElement(b, path+p.key+".", element)
			}
		default:
			panic("gobgpconf: a value at the top of a configuration")
		}
	}
	return b
}

// tomlElement writes what stands below one header, and then the elements below it.
func tomlElement(b []byte, path string, t table) []byte {
	var below table
	for _, p := range t {
		if list, ok := p.value.([]table); ok && !allFlat(list) {
			below = append(below, p)
			continue
		}
		b = tomlKeys(b, p.key, p.value)
	}
	return tomlTables(b, path, below)
}

// tomlKeys writes a value, a table that does not fit on a line by dotted keys.
func tomlKeys(b []byte, key string, value any) []byte {
	if t, ok := value.(table); ok && (len(t) == 1 || !t.flat()) {
		for _, p := range t {
			b = tomlKeys(b, key+"."+p.key, p.value)
		}
		return b
	}
	b = append(b, key+" = "...)
	return append(tomlValue(b, value), '\n')
}

func tomlValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return tomlString(b, v)
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case []string:
		return tomlStrings(b, v)
	case table:
		for i, p := range v {
			b = append(b, separator("{", ", ", i)...)
			b = append(b, p.key+" = "...)
			b = tomlValue(b, p.value)
		}
		return append(b, '}')
	case []table:
		b = append(b, "[\n"...)
		for _, t := range v {
			b = append(b, "  "...)
			b = tomlValue(b, t)
			b = append(b, ",\n"...) // after the last one, too: an entry more is a line more
		}
		return append(b, ']')
	default:
		panic(fmt.Sprintf("gobgpconf: no TOML for a %T", v))
	}
}

// tomlStrings writes a short list on one line, a longer one an element a line.
func tomlStrings(b []byte, list []string) []byte {
	if len(list) == 1 {
		return append(tomlString(append(b, '['), list[0]), ']')
	}
	b = append(b, "[\n"...)
	for _, s := range list {
		b = append(b, "  "...)
		b = tomlString(b, s)
		b = append(b, ",\n"...)
	}
	return append(b, ']')
}

// tomlString writes a basic string, with all that is not printable escaped.
func tomlString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case !unicode.IsPrint(r):
			b = fmt.Appendf(b, `\U%08X`, r)
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// separator returns what stands before the i-th of several.
func separator(first, other string, i int) string {
	if i == 0 {
		return first
	}
	return other
}
