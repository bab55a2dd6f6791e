package feed

import (
	"net/netip"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// readDropText reads DROP, EDROP or DROPv6 as text: "192.0.2.0/24 ; SBL123456".
func (r *reader) readDropText(text string) {
	var h header
	for l := range r.textLines(text, &h) {
		if !h.isDROP() {
			r.reportNoHeader(text)
			return
		}
		value, number, _ := strings.Cut(l.text, ";")
		at, numberAt := r.positionAt(l, indentWidth(value)), r.positionAt(l, len(value)+1+indentWidth(number))
		value, number = strings.TrimSpace(value), strings.TrimSpace(number)
		if looksLikeASN(value) {
			r.errorf(at, "format", SpamhausASNDrop.String(), "an ASN: this is no list of prefixes")
			return
		}
		r.addDropEntry(h.listName(), at, value, numberAt, number)
	}
	if !h.isDROP() && r.errors == 0 {
		r.reportNoHeader(text)
	}
	r.copyHeader(&h)
	r.nameDrop(h.listName())
	if r.errors == 0 && h.mayBeEmpty() && len(r.listing.Providers) == 0 {
		r.diags.Warnf(r.wholeFile(), "feed-merged", "import DROP",
			"EDROP has been part of DROP since April 2024, and is empty")
		return
	}
	r.checkNotEmpty()
}

// reportNoHeader reports that a text lacks the title of a DROP list.
func (r *reader) reportNoHeader(text string) {
	hint := "its title is: ; Spamhaus DROP List ..."
	if isCSV(text) {
		hint = CSV.String()
	}
	r.errorf(diag.Position{File: r.file, Line: 1, Column: 1}, "no-header", hint,
		"this is no Spamhaus DROP list: it begins with %s", quoteLine(strings.TrimSpace(text)))
}

// indentWidth returns the number of spaces and tabs that s starts with.
func indentWidth(s string) int { return len(s) - len(strings.TrimLeft(s, " \t")) }

// addDropEntry adds one prefix of a list under its SBL number. An empty number means that it has
// none.
func (r *reader) addDropEntry(list string, at diag.Position, value string, numberAt diag.Position, number string) {
	prefix, ok := r.parsePrefix(at, value)
	if !ok {
		return
	}
	owner := filters.Provider{ID: prefixID(prefix), Name: prefix.String(), Reason: "on the Spamhaus " + list + " list"}
	switch {
	case isSBL(number):
		owner.ID, owner.Name = strings.ToLower(number), number
		owner.Evidence = []filters.Evidence{{Ref: number, URL: "https://check.spamhaus.org/sbl/query/" + number}}
	case number != "":
		r.errorf(numberAt, "sbl", "such as SBL300238", "%s is no SBL number", quoteLine(number))
		return
	default:
		r.tally.addWarning(at, "feed-no-sbl", "", prefix.String()+" has no SBL number, and is listed by its prefix")
	}
	if bits := prefix.Addr().BitLen(); r.family == 0 {
		r.family = bits
	} else if r.family != bits {
		r.errorf(at, "family", "", "%s among prefixes of the other address family", prefix)
		return
	}
	r.addPrefix(at, prefix, owner)
}

// parsePrefix reads one prefix, and reports what is wrong with it.
func (r *reader) parsePrefix(at diag.Position, value string) (netip.Prefix, bool) {
	if !isWord(value) {
		r.errorf(at, "line", "such as 192.0.2.0/24", "%s is no prefix", quoteLine(value))
		return netip.Prefix{}, false
	}
	prefix, err := filters.ParsePrefix(value)
	if err != nil {
		r.addSyntaxError(at, err)
		return netip.Prefix{}, false
	}
	return prefix, true
}

// nameDrop names the listing after the list that it is, unless the user named it.
func (r *reader) nameDrop(list string) {
	name := "spamhaus-drop-v4"
	switch {
	case list == edrop:
		name = "spamhaus-edrop"
	case r.family == 128:
		name = "spamhaus-drop-v6"
	}
	if r.listing.Name == "" {
		r.listing.Name = name
	}
}

// isSBL says whether s is a number of the Spamhaus Block List.
func isSBL(s string) bool {
	digits, ok := strings.CutPrefix(s, "SBL")
	return ok && 1 <= len(digits) && len(digits) <= 12 && strings.Trim(digits, "0123456789") == ""
}

// looksLikeASN says whether s starts like AS64999.
func looksLikeASN(s string) bool {
	return len(s) > 2 && strings.EqualFold(s[:2], "AS") && '0' <= s[2] && s[2] <= '9'
}
