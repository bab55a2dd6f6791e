package listing

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"depeer/filters"
	"depeer/filters/strict"
)

// identities holds, for each id of a list, where it is first used and how often.
type identities map[string]identity

type identity struct {
	at    strict.Node
	times int
}

// addIdentity gives p an id if it has none, and refuses an id that another provider has.
func (ids identities) addIdentity(p *provider) {
	at := p.id
	if !at.IsValid() && p.Name != "" {
		p.ID, at = ID(p.Name), p.name
	}
	if p.ID == "" {
		return
	}
	first, twice := ids[p.ID]
	switch {
	case !twice:
		ids[p.ID] = identity{at, 1}
	case p.id.IsValid():
		at.Errorf("duplicate-id", "", "id %q stands twice, first at %s", p.ID, first.formatPlace())
	default:
		first.times++
		ids[p.ID] = first
		at.Errorf("duplicate-id", "id: "+numberID(p.ID, first.times),
			"id %q, made from the name, stands twice, first at %s", p.ID, first.formatPlace())
	}
}

// numberID appends a number to an id, and keeps it within the length of a slug.
func numberID(id string, n int) string {
	suffix := fmt.Sprintf("-%d", n)
	return strings.TrimRight(id[:min(len(id), filters.MaxSlug-len(suffix))], "-") + suffix
}

func (i identity) formatPlace() string {
	p := i.at.Position()
	return fmt.Sprintf("line %d, column %d", p.Line, p.Column)
}

// ID makes the id of a provider that has only a name: its slug, with the accents of Latin letters
// dropped. Where a slug loses letters of another script, eight hexadecimal digits of the name's
// SHA-256 replace them: "Хостинг Plus" is plus-1d7d1eb8.
func ID(name string) string {
	folded, lost := foldAccents(name)
	slug := filters.Slug(folded)
	if !lost && slug != "" {
		return slug
	}
	sum := sha256.Sum256([]byte(name))
	digits := hex.EncodeToString(sum[:4])
	if slug == "" {
		return "provider-" + digits
	}
	slug = strings.TrimRight(slug[:min(len(slug), filters.MaxSlug-len(digits)-1)], "-")
	return slug + "-" + digits
}

// foldAccents returns Latin letters without their accents. lost says whether name has letters or
// digits that cannot be written in ASCII.
func foldAccents(name string) (folded string, lost bool) {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch ascii, known := latin[r]; {
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		case known:
			b.WriteString(ascii)
		case unicode.Is(unicode.Mn, r): // an accent by itself
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			lost = true
			b.WriteByte(' ')
		default:
			b.WriteByte(' ')
		}
	}
	return b.String(), lost
}

// latin maps lower-case letters of Latin-1 and Latin Extended-A, and a few more, to ASCII.
var latin = func() map[rune]string {
	m := make(map[rune]string)
	for ascii, letters := range map[string]string{
		"a": "àáâãäåāăąǎ", "c": "çćĉċč", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ĝğġģ", "h": "ĥħ",
		"i": "ìíîïĩīĭįıǐ", "j": "ĵ", "k": "ķĸ", "l": "ĺļľŀł", "n": "ñńņňŋ", "o": "òóôõöøōŏőǒ",
		"r": "ŕŗř", "s": "śŝşšșſ", "t": "ţťŧț", "u": "ùúûüũūŭůűųǔ", "w": "ŵ", "y": "ýÿŷ", "z": "źżž",
		"ae": "æ", "ij": "ĳ", "oe": "œ", "ss": "ß", "th": "þ",
	} {
		for _, r := range letters {
			m[r] = ascii
		}
	}
	return m
}()
