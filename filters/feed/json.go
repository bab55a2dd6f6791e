package feed

import (
	"math"
	"strconv"
	"strings"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
)

// isJSON says whether a feed is JSON and not text.
func isJSON(text string) bool { return strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") }

// readJSON reads Spamhaus's form of a record a line, the footer last:
//
//	{"cidr":"192.0.2.0/24","sblid":"SBL123456","rir":"ripencc"}
//	{"asn":64999,"rir":"arin","domain":"example.net","cc":"ZZ","asname":"EXAMPLE"}
//	{"type":"metadata","timestamp":1752302274,"size":122,"records":2,...}
func (r *reader) readJSON(text string, format Format) {
	if strings.Contains(text, "\r\n") {
		// The footer counts bytes as they were published, with lines that end with LF.
		text = strings.ReplaceAll(text, "\r\n", "\n")
		r.diags.Warnf(r.wholeFile(), "feed-line-ends", "",
			"its lines end with CR LF, which somebody has changed since it was published; they are read as LF")
	}
	records, footer, last := 0, false, line{}
	for l := range r.lines(text) {
		last = l
		if footer && strings.TrimSpace(l.text) == "" {
			continue
		}
		if footer {
			r.errorf(r.positionAt(l, 0), "after-end", "", "%s after the footer", quoteLine(l.text))
			return
		}
		o, err := parseObject(l.text)
		switch {
		case err != nil && !l.ended:
			r.reportCut(l)
			return
		case err != nil:
			records++
			r.errorf(r.positionAt(l, err.index), "json", "", "%s", err.what)
			continue
		}
		f := &record{r, l, o}
		switch {
		case f.isFooter():
			footer = true
			f.checkFooter(records)
			continue
		case !l.ended:
			r.reportCut(l)
			return
		}
		records++
		f.addEntry(format)
	}
	if !footer && !r.full {
		r.errorf(r.positionAt(last, len(last.text)), "no-footer", "fetch it again",
			"the feed is cut short: its footer is missing")
		return
	}
	if format == SpamhausDrop {
		r.nameDrop(drop)
	} else {
		r.nameASNDrop()
	}
	r.checkNotEmpty()
}

// isFooter says whether the record describes the file: it has a type, and no entry.
func (f *record) isFooter() bool {
	return f.object.findMember("type") != nil && f.object.findMember("cidr") == nil && f.object.findMember("asn") == nil
}

// record is one line of JSON.
type record struct {
	*reader
	line   line
	object object
}

// positionOf returns the position of a member's value, or of the line if it is missing.
func (f *record) positionOf(m *member) diag.Position {
	if m == nil {
		return f.positionAt(f.line, 0)
	}
	return f.positionAt(f.line, m.index)
}

// stringOf returns the string of a key. A null and a missing key are empty.
func (f *record) stringOf(key string) string {
	m := f.object.findMember(key)
	switch {
	case m == nil || m.kind == jsonNull:
		return ""
	case m.kind != jsonString:
		f.errorf(f.positionOf(m), "json", "", "%q must be a string", key)
		return ""
	}
	return strings.TrimSpace(m.value)
}

// numberOf returns the number of a key that must be present.
func (f *record) numberOf(key string, most uint64) (uint64, bool) {
	m := f.object.findMember(key)
	if m == nil {
		f.errorf(f.positionOf(m), "missing-key", "", "%q is missing", key)
		return 0, false
	}
	n, err := strconv.ParseUint(m.value, 10, 64)
	if m.kind != jsonNumber || err != nil || n > most {
		f.errorf(f.positionOf(m), "number", "", "%q must be a whole number up to %d", key, most)
		return 0, false
	}
	return n, true
}

// warnOfUnknownKeys warns of keys that are not in the list: Spamhaus may add some.
func (f *record) warnOfUnknownKeys(keys ...string) {
next:
	for i := range f.object {
		for _, k := range keys {
			if f.object[i].key == k {
				continue next
			}
		}
		f.tally.addWarning(f.positionOf(&f.object[i]), "feed-unknown-key", f.object[i].key,
			"key "+quoteLine(f.object[i].key)+" is not read")
	}
}

// addEntry adds the entry of the record.
func (f *record) addEntry(format Format) {
	cidr, asn := f.object.findMember("cidr"), f.object.findMember("asn")
	switch {
	case format == SpamhausDrop && cidr == nil && asn != nil:
		f.errorf(f.positionOf(asn), "format", SpamhausASNDrop.String(), "an ASN: this is no list of prefixes")
		f.full = true
	case format == SpamhausASNDrop && asn == nil && cidr != nil:
		f.errorf(f.positionOf(cidr), "format", SpamhausDrop.String(), "a prefix: this is no list of ASNs")
		f.full = true
	case format == SpamhausDrop:
		f.warnOfUnknownKeys("cidr", "sblid", "rir")
		before := f.errors
		value, number := f.stringOf("cidr"), f.stringOf("sblid")
		switch {
		case f.errors > before:
		case value == "":
			f.errorf(f.positionOf(cidr), "missing-key", "", `"cidr" is missing`)
		default:
			f.addDropEntry(drop, f.positionOf(cidr), value, f.positionOf(f.object.findMember("sblid")), number)
		}
	default:
		f.warnOfUnknownKeys("asn", "rir", "domain", "cc", "asname")
		if n, ok := f.numberOf("asn", math.MaxUint32); ok {
			at := f.positionOf(asn)
			f.addASN(at, filters.ASN(n), f.describeASNHolder(at, f.stringOf("asname"),
				[]string{"domain", f.stringOf("domain"), "country", f.stringOf("cc"), "registry", f.stringOf("rir")}))
		}
	}
}

// checkFooter compares the file with its footer: size is the number of bytes before the footer,
// records the number of lines.
func (f *record) checkFooter(records int) {
	if kind := f.object.findMember("type"); kind.kind != jsonString || kind.value != "metadata" {
		f.errorf(f.positionOf(kind), "footer", "", "a record of type %s, where metadata belongs", quoteLine(kind.value))
		return
	}
	f.warnOfUnknownKeys("type", "timestamp", "size", "records", "copyright", "terms")
	const endOfYear9999 = 253402300799
	if stamp, ok := f.numberOf("timestamp", endOfYear9999); ok {
		f.listing.Updated = filters.At(time.Unix(int64(stamp), 0))
	}
	if n, ok := f.numberOf("records", math.MaxInt64); ok && n != uint64(records) {
		f.errorf(f.positionOf(f.object.findMember("records")), "records", "fetch it again",
			"the footer counts %d records, and there are %d", n, records)
	}
	if n, ok := f.numberOf("size", math.MaxInt64); ok && n != uint64(f.line.offset) {
		f.errorf(f.positionOf(f.object.findMember("size")), "size", "fetch it again",
			"the footer counts %d bytes before it, and there are %d", n, f.line.offset)
	}
	f.setPublisher(f.stringOf("copyright"))
}
