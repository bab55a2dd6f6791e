package feed

import (
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// onASNDrop is the evidence for every entry of ASN-DROP, which has no numbers.
var onASNDrop = []filters.Evidence{{Ref: "Spamhaus ASN-DROP", URL: "https://www.spamhaus.org/drop/asndrop.json"}}

// asnText reads ASN-DROP as text: "AS64999 ; ZZ | EXAMPLE - Example Hosting",
// or the ASN alone, as mirrors have it. Its title is that of DROP, or missing.
func (r *reader) asnText(text string) {
	var h header
	for l := range r.textLines(text, &h) {
		value, about, _ := strings.Cut(l.text, ";")
		at := r.at(l, indent(value))
		value = strings.TrimSpace(value)
		switch {
		case strings.Contains(value, "/") && isWord(value):
			r.errorf(at, "format", SpamhausDrop.String(), "%s: this is no list of ASNs", brief(value))
			return
		case !looksLikeASN(value) || !isWord(value):
			r.errorf(at, "line", "such as AS64999", "%s is no ASN", brief(value))
			continue
		}
		asn, err := filters.ParseASN(value)
		if err != nil {
			r.syntax(at, err)
			continue
		}
		country, name, named := strings.Cut(about, "|")
		if !named {
			country, name = "", about
		}
		r.asn(at, asn, r.asnProvider(at, name, []string{"country", country}))
	}
	r.describe(&h)
	r.nameASNDrop()
	r.entries()
}

// asnProvider describes the holder of an ASN: its name, and pairs of what is
// known besides and its value, empty where it is not.
func (r *reader) asnProvider(at diag.Position, name string, known []string) filters.Provider {
	reason := "on the Spamhaus ASN-DROP list"
	for i := 0; i < len(known); i += 2 {
		if value := r.text(at, known[i+1]); value != "" {
			reason += ", " + known[i] + " " + value
		}
	}
	return filters.Provider{Name: r.text(at, name), Reason: reason, Evidence: onASNDrop}
}

// nameASNDrop names the listing.
func (r *reader) nameASNDrop() {
	if r.listing.Name == "" {
		r.listing.Name = "spamhaus-asndrop"
	}
}
