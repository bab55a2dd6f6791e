package feed

import (
	"fmt"
	"strings"
)

// Format is a kind of feed. The reader tells text and JSON of one kind apart by content.
type Format uint8

const (
	SpamhausDrop    Format = iota // DROP, EDROP, DROPv6: prefixes with SBL numbers
	SpamhausASNDrop               // ASN-DROP: ASNs
	Plain                         // one prefix or ASN a line
	CSV                           // columns ASN and Entity
)

// Formats returns every format.
func Formats() []Format { return []Format{SpamhausDrop, SpamhausASNDrop, Plain, CSV} }

// String returns the name that users type.
func (f Format) String() string {
	switch f {
	case SpamhausDrop:
		return "spamhaus-drop"
	case SpamhausASNDrop:
		return "spamhaus-asndrop"
	case Plain:
		return "plain"
	case CSV:
		return "csv"
	default:
		panic(fmt.Sprintf("feed: no format %d", uint8(f)))
	}
}

// ParseFormat is the reverse of String. Its error names all formats.
func ParseFormat(s string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if f.String() == s {
			return f, nil
		}
		names = append(names, f.String())
	}
	return 0, fmt.Errorf("no feed format %q: it is one of %s", s, strings.Join(names, ", "))
}
