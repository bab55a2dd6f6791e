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

// byteOrderMark is what some editors and mirrors put before UTF-8. It means nothing there.
const byteOrderMark = "\ufeff"

// Options is what the user says about a listing; the zero value says nothing.
type Options struct {
	Name      string // of the listing, a slug; "" takes the feed's own
	Treatment string // the listing's default; "" for none, with a warning
	URL       string // where the feed was fetched from; its own header goes before it
}

// Parse reads a feed. The listing is nil exactly if one of the diagnostics is an
// Error; these are sorted, their codes start with "feed-". file is for positions.
//
// One provider stands for one SBL number (sbl300238), one ASN (as64999), or, where
// a prefix comes without a number, one prefix (net-192-0-2-0-24), so that an
// exchange can make an exception of each. Dates are the feed's: Last-Modified of
// the text form, the footer's timestamp of JSON; plain lists have none. No age
// limit and no expiry is made up.
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
		r.diags.Warnf(r.whole(), "feed-byte-order-mark", "", "the byte order mark at its start is passed over")
	}
	if r.sound(text) {
		switch {
		case format == CSV, format == Plain && isCSV(text):
			r.csv(text)
		case format == Plain:
			r.plain(text)
		case isJSON(text):
			r.json(text, format)
		case format == SpamhausDrop:
			r.dropText(text)
		case format == SpamhausASNDrop:
			r.asnText(text)
		default:
			panic("feed: no reader for " + format.String())
		}
	}
	r.tally.warn(&r.diags)
	if r.errors > 0 {
		r.diags.Sort()
		return nil, r.diags
	}
	if opt.Treatment == "" {
		r.diags.Warnf(r.whole(), "feed-no-treatment",
			"--treatment deprefer, or a treatment for this list in the exchange file",
			"the listing has no treatment")
	}
	r.diags.Sort()
	r.listing.Digest = digest(data)
	return r.listing, r.diags
}

// checkOptions says what is wrong with what the user says.
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
