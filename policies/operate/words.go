package operate

import (
	"fmt"
	"strings"
)

// Count writes "1 prefix", "1,699 prefixes".
func Count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "x"):
		noun += "es"
	default:
		noun += "s"
	}
	return Group(n) + " " + noun
}

// Group writes a number with commas between thousands.
func Group(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
