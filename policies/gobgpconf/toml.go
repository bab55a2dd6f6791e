package gobgpconf

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// writeTOML writes c as our part of a file: between markers, every header in full
// ([[defined-sets.prefix-sets]], never [defined-sets]), so that it can stand
// beside an operator's own tables. Small values stand on one line. go-toml's own
// encoder writes each intermediate table, which may stand in a file only once.
func writeTOML(c table, comment []string) []byte {
	b := []byte(beginLine + "\n")
	b = appendComments(b, comment)
	b = appendTOMLTables(b, "", c)
	return append(b, endLine+"\n"...)
}

// appendTOMLTables writes the arrays of tables below path.
func appendTOMLTables(b []byte, path string, t table) []byte {
	for _, p := range t {
		switch v := p.value.(type) {
		case table:
			b = appendTOMLTables(b, path+p.key+".", v)
		case []table:
			for _, element := range v {
				b = fmt.Appendf(b, "\n[[%s%s]]\n", path, p.key)
				b = appendTOMLElement(b, path+p.key+".", element)
			}
		default:
			panic("gobgpconf: a value at the top of a configuration")
		}
	}
	return b
}

// appendTOMLElement writes the keys below one header, and then the elements below it.
func appendTOMLElement(b []byte, path string, t table) []byte {
	var below table
	for _, p := range t {
		if list, ok := p.value.([]table); ok && !areAllFlat(list) {
			below = append(below, p)
			continue
		}
		b = appendTOMLKeys(b, p.key, p.value)
	}
	return appendTOMLTables(b, path, below)
}

// appendTOMLKeys writes a value. It writes a table that does not fit on a line with dotted keys.
func appendTOMLKeys(b []byte, key string, value any) []byte {
	if t, ok := value.(table); ok && (len(t) == 1 || !t.isFlat()) {
		for _, p := range t {
			b = appendTOMLKeys(b, key+"."+p.key, p.value)
		}
		return b
	}
	b = append(b, key+" = "...)
	return append(appendTOMLValue(b, value), '\n')
}

func appendTOMLValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendTOMLString(b, v)
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case []string:
		return appendTOMLStrings(b, v)
	case table:
		for i, p := range v {
			b = append(b, separatorBefore("{", ", ", i)...)
			b = append(b, p.key+" = "...)
			b = appendTOMLValue(b, p.value)
		}
		return append(b, '}')
	case []table:
		b = append(b, "[\n"...)
		for _, t := range v {
			b = append(b, "  "...)
			b = appendTOMLValue(b, t)
			b = append(b, ",\n"...) // after the last one, too: an entry more is a line more
		}
		return append(b, ']')
	default:
		panic(fmt.Sprintf("gobgpconf: no TOML for a %T", v))
	}
}

// appendTOMLStrings writes a short list on one line, a longer one an element a line.
func appendTOMLStrings(b []byte, list []string) []byte {
	if len(list) == 1 {
		return append(appendTOMLString(append(b, '['), list[0]), ']')
	}
	b = append(b, "[\n"...)
	for _, s := range list {
		b = append(b, "  "...)
		b = appendTOMLString(b, s)
		b = append(b, ",\n"...)
	}
	return append(b, ']')
}

// appendTOMLString writes a basic string, with all that is not printable escaped.
func appendTOMLString(b []byte, s string) []byte {
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

// separatorBefore returns the separator before the i-th element.
func separatorBefore(first, other string, i int) string {
	if i == 0 {
		return first
	}
	return other
}
