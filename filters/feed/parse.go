package feed

import (
	"errors"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// MaxSize is the most bytes that a feed may have, MaxEntries the most prefixes
// and ASNs.
const (
	MaxSize    = 64 << 20
	MaxEntries = 1_000_000
)

// byteOrderMark is what some editors and mirrors put before UTF-8. It has no meaning there.
const byteOrderMark = "\ufeff"

// Options is what the user sets for a listing. The zero value sets nothing.
type Options struct {
	Name      string // of the listing, a slug; "" takes the feed's own
	Treatment string // the listing's default; "" for none, with a warning
	URL       string // where the feed was fetched from; its own header goes before it
}

// Parse reads a feed. The listing is nil exactly if one of the diagnostics is an Error. They are
// sorted, and their codes start with "feed-". file is for positions.
//
// There is one provider for each SBL number (sbl300238), for each ASN (as64999), or, where a prefix
// has no number, for each prefix (net-192-0-2-0-24), so that an exchange can make an exception of
// each. Dates are the feed's: Last-Modified of the text form, the footer's timestamp of JSON; plain
// lists have none. Parse adds no age limit and no expiry.
func Parse(format Format, file string, data []byte, opt Options) (*filters.Listing, diag.List) {
	diags := checkOptions(file, opt)
	if len(data) > MaxSize {
		diags.Errorf(diag.Position{File: file}, "feed-too-large", "", "the feed is over %d MiB", MaxSize>>20)
	}
	if len(diags) > 0 {
		return nil, diags
	}
	text, marked := strings.CutPrefix(string(data), byteOrderMark)
	r := newReader(file, text, opt)
	if marked {
		r.diags.Warnf(r.wholeFile(), "feed-byte-order-mark", "", "the byte order mark at its start is passed over")
	}
	if r.checkText(text) {
		switch {
		case format == CSV, format == Plain && isCSV(text):
			r.readCSV(text)
		case format == Plain:
			r.readPlain(text)
		case isJSON(text):
			r.readJSON(text, format)
		case format == SpamhausDrop:
			r.readDropText(text)
		case format == SpamhausASNDrop:
			r.readASNText(text)
		default:
			panic("feed: no reader for " + format.String())
		}
	}
	r.tally.addTo(&r.diags)
	if r.errors > 0 {
		r.diags.Sort()
		return nil, r.diags
	}
	if opt.Treatment == "" {
		r.diags.Warnf(r.wholeFile(), "feed-no-treatment",
			"--treatment deprefer, or a treatment for this list in the exchange file",
			"the listing has no treatment")
	}
	r.diags.Sort()
	r.listing.Digest = digest(data)
	return r.listing, r.diags
}

// checkOptions reports what is wrong with the user's options.
func checkOptions(file string, opt Options) diag.List {
	var diags diag.List
	for _, o := range []struct{ code, value string }{{"feed-name", opt.Name}, {"feed-treatment", opt.Treatment}} {
		if o.value == "" {
			continue
		}
		var wrong *filters.SyntaxError
		if _, err := filters.ParseSlug(o.value); errors.As(err, &wrong) {
			diags.Errorf(diag.Position{File: file}, o.code, wrong.Hint, "%s", wrong.Message)
		}
	}
	return diags
}
