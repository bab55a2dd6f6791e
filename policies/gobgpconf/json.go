package gobgpconf

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// writeJSON writes c with two spaces of indent, and each table that holds no
// further one on a line of its own, for a readable diff.
func writeJSON(c table) []byte { return append(appendJSON(nil, c, "\n"), '\n') }

// appendJSON writes a value; newline starts a line at its indent.
func appendJSON(b []byte, value any, newline string) []byte {
	inner := newline + "  "
	switch v := value.(type) {
	case string:
		return appendJSONString(b, v)
	case uint32:
		return strconv.AppendUint(b, uint64(v), 10)
	case []string:
		start, next, end := "["+inner, ","+inner, newline+"]"
		if len(v) == 1 {
			start, end = "[", "]"
		}
		for i, s := range v {
			b = append(b, separatorBefore(start, next, i)...)
			b = appendJSONString(b, s)
		}
		return append(b, end...)
	case table:
		start, next, end := "{", ", ", "}"
		if !v.isFlat() {
			start, next, end = "{"+inner, ","+inner, newline+"}"
		}
		for i, p := range v {
			b = append(b, separatorBefore(start, next, i)...)
			b = append(appendJSONString(b, p.key), ": "...)
			b = appendJSON(b, p.value, inner)
		}
		return append(b, end...)
	case []table:
		start, next := "["+inner, ","+inner
		for i, t := range v {
			b = append(b, separatorBefore(start, next, i)...)
			b = appendJSON(b, t, inner)
		}
		return append(b, newline+"]"...)
	default:
		panic(fmt.Sprintf("gobgpconf: no JSON for a %T", v))
	}
}

func appendJSONString(b []byte, s string) []byte {
	if isPlainASCII(s) && !strings.ContainsAny(s, `"\`) {
		return append(append(append(b, '"'), s...), '"')
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic("gobgpconf: a string that is no JSON: " + err.Error())
	}
	return append(b, quoted...)
}
