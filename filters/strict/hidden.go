package strict

import "unicode"

// findHidden returns the first character of s that could make a terminal, a log or a configuration
// show something else than what it holds, and the name of its kind. Joiners (U+200C, U+200D) and
// marks belong to letters, and are allowed.
func findHidden(s string) (r rune, what string) {
	for _, r := range s {
		switch {
		case ' ' <= r && r < 0x7f:
		case unicode.Is(unicode.Cc, r), r == 0x2028, r == 0x2029:
			return r, "control character"
		case unicode.Is(unicode.Bidi_Control, r):
			return r, "bidirectional control character"
		case unicode.Is(invisible, r):
			return r, "invisible character"
		case unicode.Is(unicode.Noncharacter_Code_Point, r), unicode.Is(unicode.Co, r):
			return r, "private character"
		case r == unicode.ReplacementChar:
			return r, "replacement character"
		}
	}
	return 0, ""
}

// invisible characters that no script needs.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x00ad, Hi: 0x00ad, Stride: 1}, // soft hyphen
		{Lo: 0x180e, Hi: 0x180e, Stride: 1},
		{Lo: 0x200b, Hi: 0x200b, Stride: 1}, // zero width space
		{Lo: 0x2060, Hi: 0x2064, Stride: 1}, // word joiner, invisible operators
		{Lo: 0x206a, Hi: 0x206f, Stride: 1},
		{Lo: 0xfeff, Hi: 0xfeff, Stride: 1},
		{Lo: 0xfff9, Hi: 0xfffb, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1d173, Hi: 0x1d17a, Stride: 1},
		{Lo: 0xe0000, Hi: 0xe007f, Stride: 1}, // tags
	},
	LatinOffset: 1,
}
