package feed

import (
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// onASNDrop is the evidence for every entry of ASN-DROP, which has no numbers.
var onASNDrop = []filters.Evidence{{Ref: "Spamhaus ASN-DROP", URL: "https://www.spamhaus.org/drop/asndrop.json"}}

// readASNText reads ASN-DROP as text: "AS64999 ; ZZ | EXAMPLE - Example Hosting", or the ASN alone,
// as mirrors write it. The title is that of DROP, or missing.
func (r *reader) readASNText(text string) {
	var h header
	for l := range r.textLines(text, &h) {
		value, about, _ := strings.Cut(l.text, ";")
		at := r.positionAt(l, indentWidth(value))
		value = strings.TrimSpace(value)
		switch {
		case strings.Contains(value, "/") && isWord(value):
			r.errorf(at, "format", SpamhausDrop.String(), "%s: this is no list of ASNs", quoteLine(value))
			return
		case !looksLikeASN(value) || !isWord(value):
			r.errorf(at, "line", "such as AS64999", "%s is no ASN", quoteLine(value))
			continue
		}
		asn, err := filters.ParseASN(value)
		if err != nil {
			r.addSyntaxError(at, err)
			continue
		}
		country, name, named := strings.Cut(about, "|")
		if !named {
			country, name = "", about
		}
		r.addASN(at, asn, r.describeASNHolder(at, name, []string{"country", country}))
	}
	r.copyHeader(&h)
	r.nameASNDrop()
	r.checkNotEmpty()
}

// describeASNHolder returns a provider for the holder of an ASN. known holds pairs of a label and a
// value; pairs with an empty value are left out.
func (r *reader) describeASNHolder(at diag.Position, name string, known []string) filters.Provider {
	reason := "on the Spamhaus ASN-DROP list"
	for i := 0; i < len(known); i += 2 {
		if value := r.readableText(at, known[i+1]); value != "" {
			reason += ", " + known[i] + " " + value
		}
	}
	return filters.Provider{Name: r.readableText(at, name), Reason: reason, Evidence: onASNDrop}
}

// nameASNDrop names the listing, unless the user did.
func (r *reader) nameASNDrop() {
	if r.listing.Name == "" {
		r.listing.Name = "spamhaus-asndrop"
	}
}
