package filters

import (
	"fmt"
	"strings"
)

// MaxSlug is the length of the longest slug.
const MaxSlug = 64

// ParseSlug reads a slug: lower-case ASCII letters and digits, in words joined by single hyphens,
// at most MaxSlug long. The names of objects in the daemon contain slugs.
func ParseSlug(s string) (string, error) {
	hint := Slug(s)
	if hint == s && s != "" {
		return s, nil
	}
	e := &SyntaxError{Code: "slug", Message: fmt.Sprintf("%q is not a slug: lower-case letters, digits and single "+
		"hyphens, at most %d", s, MaxSlug), Hint: hint}
	if hint == "" {
		e.Hint = "such as example-hosting"
	}
	return "", e
}

// Slug makes a slug of a text. It is empty if the text has no ASCII letter or digit.
func Slug(text string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(text) {
		if !('a' <= r && r <= 'z' || '0' <= r && r <= '9') {
			gap = b.Len() > 0
			continue
		}
		if b.Len()+1 > MaxSlug || gap && b.Len()+2 > MaxSlug {
			break
		}
		if gap {
			b.WriteByte('-')
			gap = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
