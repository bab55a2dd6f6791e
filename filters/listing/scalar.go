package listing

import (
	"fmt"
	"strings"
	"unicode"
)

// pair is a key and its value as it is written.
type pair struct{ key, value string }

// flowText formats pairs in braces, without those that have no value. It returns nothing if none
// has a value.
func flowText(pairs ...pair) string {
	var given []string
	for _, p := range pairs {
		if p.value != "" {
			given = append(given, p.key+": "+p.value)
		}
	}
	if len(given) == 0 {
		return ""
	}
	return "{" + strings.Join(given, ", ") + "}"
}

// quoteText formats s so that every reader of YAML reads it as this text, in a block and in
// brackets: without quotes where it can mean nothing else, in double quotes otherwise. An empty s
// stays empty.
func quoteText(s string) string {
	if s == "" || needsNoQuotes(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == ' ' || unicode.IsPrint(r) || r == '\u200c' || r == '\u200d':
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// needsNoQuotes says whether s is plain: words of letters and digits, the first of them a letter,
// that are no keyword of YAML.
func needsNoQuotes(s string) bool {
	switch strings.ToLower(s) {
	case "null", "true", "false", "yes", "no", "on", "off", "y", "n":
		return false
	}
	for i, r := range s {
		switch {
		case unicode.IsLetter(r):
		case i == 0 || i+1 == len(s) && r == ' ':
			return false
		case unicode.IsDigit(r) || strings.ContainsRune(" ._-/@()+'&", r):
		default:
			return false
		}
	}
	return true
}
