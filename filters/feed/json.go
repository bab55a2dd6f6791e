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

// json reads Spamhaus's form of a record a line, the footer last:
//
//	{"cidr":"192.0.2.0/24","sblid":"SBL123456","rir":"ripencc"}
//	{"asn":64999,"rir":"arin","domain":"example.net","cc":"ZZ","asname":"EXAMPLE"}
//	{"type":"metadata","timestamp":1752302274,"size":122,"records":2,...}
func (r *reader) json(text string, format Format) {
	if strings.Contains(text, "\r\n") {
		// The footer counts bytes as they were published, with lines that end with LF.
		text = strings.ReplaceAll(text, "\r\n", "\n")
		r.diags.Warnf(r.whole(), "feed-line-ends", "",
			"its lines end with CR LF, which somebody has changed since it was published; they are read as LF")
	}
	records, footer, last := 0, false, line{}
	for l := range r.lines(text) {
		last = l
		if footer && strings.TrimSpace(l.text) == "" {
			continue
		}
		if footer {
			r.errorf(r.at(l, 0), "after-end", "", "%s after the footer", brief(l.text))
			return
		}
		o, err := parseObject(l.text)
		switch {
		case err != nil && !l.ended:
			r.cut(l)
			return
		case err != nil:
			records++
			r.errorf(r.at(l, err.index), "json", "", "%s", err.what)
			continue
		}
		f := &record{r, l, o}
		switch {
		case f.isFooter():
			footer = true
			f.footer(records)
			continue
		case !l.ended:
			r.cut(l)
			return
		}
		records++
		f.add(format)
	}
	if !footer && !r.full {
		r.errorf(r.at(last, len(last.text)), "no-footer", "fetch it again",
			"the feed is cut short: its footer is missing")
		return
	}
	if format == SpamhausDrop {
		r.nameDrop(drop)
	} else {
		r.nameASNDrop()
	}
	r.entries()
}

// isFooter says whether the record is about the file: it has a type, and no entry.
func (f *record) isFooter() bool {
	return f.object.find("type") != nil && f.object.find("cidr") == nil && f.object.find("asn") == nil
}

// record is one line of JSON.
type record struct {
	*reader
	line   line
	object object
}

// position returns where a member's value stands, or the line where it is missing.
func (f *record) position(m *member) diag.Position {
	if m == nil {
		return f.at(f.line, 0)
	}
	return f.at(f.line, m.index)
}

// text returns the string of a key; null and a missing one are empty.
func (f *record) text(key string) string {
	m := f.object.find(key)
	switch {
	case m == nil || m.kind == jsonNull:
		return ""
	case m.kind != jsonString:
		f.errorf(f.position(m), "json", "", "%q must be a string", key)
		return ""
	}
	return strings.TrimSpace(m.value)
}

// number returns the number of a key that must be there.
func (f *record) number(key string, most uint64) (uint64, bool) {
	m := f.object.find(key)
	if m == nil {
		f.errorf(f.position(m), "missing-key", "", "%q is missing", key)
		return 0, false
	}
	n, err := strconv.ParseUint(m.value, 10, 64)
	if m.kind != jsonNumber || err != nil || n > most {
		f.errorf(f.position(m), "number", "", "%q must be a whole number up to %d", key, most)
		return 0, false
	}
	return n, true
}

// known warns about keys that are not in the list: Spamhaus may add some.
func (f *record) known(keys ...string) {
next:
	for i := range f.object {
		for _, k := range keys {
			if f.object[i].key == k {
				continue next
			}
		}
		f.tally.add(f.position(&f.object[i]), "feed-unknown-key", f.object[i].key,
			"key "+brief(f.object[i].key)+" is not read")
	}
}

// add adds the entry of the record.
func (f *record) add(format Format) {
	cidr, asn := f.object.find("cidr"), f.object.find("asn")
	switch {
	case format == SpamhausDrop && cidr == nil && asn != nil:
		f.errorf(f.position(asn), "format", SpamhausASNDrop.String(), "an ASN: this is no list of prefixes")
		f.full = true
	case format == SpamhausASNDrop && asn == nil && cidr != nil:
		f.errorf(f.position(cidr), "format", SpamhausDrop.String(), "a prefix: this is no list of ASNs")
		f.full = true
	case format == SpamhausDrop:
		f.known("cidr", "sblid", "rir")
		before := f.errors
		value, number := f.text("cidr"), f.text("sblid")
		switch {
		case f.errors > before:
		case value == "":
			f.errorf(f.position(cidr), "missing-key", "", `"cidr" is missing`)
		default:
			f.dropEntry(drop, f.position(cidr), value, f.position(f.object.find("sblid")), number)
		}
	default:
		f.known("asn", "rir", "domain", "cc", "asname")
		if n, ok := f.number("asn", math.MaxUint32); ok {
			at := f.position(asn)
			f.asn(at, filters.ASN(n), f.asnProvider(at, f.text("asname"),
				[]string{"domain", f.text("domain"), "country", f.text("cc"), "registry", f.text("rir")}))
		}
	}
}

// footer holds the file against what its last line says of it: size is the
// number of bytes before that line, records the number of lines.
func (f *record) footer(records int) {
	if kind := f.object.find("type"); kind.kind != jsonString || kind.value != "metadata" {
		f.errorf(f.position(kind), "footer", "", "a record of type %s, where metadata belongs", brief(kind.value))
		return
	}
	f.known("type", "timestamp", "size", "records", "copyright", "terms")
	const endOfYear9999 = 253402300799
	if stamp, ok := f.number("timestamp", endOfYear9999); ok {
		f.listing.Updated = filters.At(time.Unix(int64(stamp), 0))
	}
	if n, ok := f.number("records", math.MaxInt64); ok && n != uint64(records) {
		f.errorf(f.position(f.object.find("records")), "records", "fetch it again",
			"the footer counts %d records, and there are %d", n, records)
	}
	if n, ok := f.number("size", math.MaxInt64); ok && n != uint64(f.line.offset) {
		f.errorf(f.position(f.object.find("size")), "size", "fetch it again",
			"the footer counts %d bytes before it, and there are %d", n, f.line.offset)
	}
	f.publisher(f.text("copyright"))
}
