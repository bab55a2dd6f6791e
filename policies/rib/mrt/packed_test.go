package mrt_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"

	"depeer/policies/rib/mrt"
)

// some is a dump of a path, and someBzip2 what bzip2 made of it.
var (
	some      = octets(all, good)
	someBzip2 = unhex("425a6839314159265359bdafda000000357f8dfc9220404a000800402005000620018000404100005054182000741aa7935311a681a1" +
		"a036904a9ea8f5340000346815699b07bf710399f20ef443a58eb6b0a049041da0a53849466cdc142066522b5a944d8ae33084180ac1d0a4d8ad390f" +
		"28bcacc45ff7aa2a054637b9ee3fc5dc914e14242f6bf68000")
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// gzipped packs each part as a member of its own.
func gzipped(parts ...[]byte) []byte {
	var b bytes.Buffer
	for _, part := range parts {
		w := gzip.NewWriter(&b)
		w.Write(part)
		w.Close()
	}
	return b.Bytes()
}

func TestPacked(t *testing.T) {
	once, twice := outcome{Paths: []string{goodShown}}, outcome{Paths: []string{goodShown, goodShown}}
	wrongSum := gzipped(some)
	wrongSum[len(wrongSum)-8] ^= 1
	failed := func(o outcome, why string) outcome { o.Err = why; return o }
	for _, test := range []struct {
		name string
		data []byte
		want outcome
	}{
		{"plain", some, once},
		{"gzip", gzipped(some), once},
		{"gzip, a member for each dump", gzipped(some, some), twice},
		{"gzip, members cut anywhere", gzipped(some[:5], nil, some[5:70], some[70:]), once},
		{"bzip2", someBzip2, once},
		{"bzip2, a stream for each dump", octets(someBzip2, someBzip2), twice},
		{"gzip of nothing", gzipped(nil), outcome{Err: "no route that can be read: there is nothing in the file"}},
		{"gzip, the dump in it is cut", gzipped(some, some[:len(some)-1]), failed(once, "in record 4: unexpected EOF")},
		{"gzip with a wrong sum", wrongSum, failed(once, "in the header of record 3: gzip: invalid checksum")},
		{"gzip with something else behind", octets(gzipped(some), "<html>a page of an error</html>"),
			failed(once, "in the header of record 3: gzip: invalid header")},
		{"gzip that is none", octets(uint16(0x1f8b), "x", make([]byte, 20)),
			outcome{Err: "no route that can be read: this is no MRT file: in the header of record 1: gzip: invalid header"}},
		{"bzip2 that is none", []byte("BZh9 is what it begins with"),
			outcome{Err: "no route that can be read: this is no MRT file: in the header of record 1: bzip2 data " +
				"invalid: bad magic value found"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, outcomeOf(t, bytes.NewReader(test.data))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A packed file that is cut is never taken for a whole one, wherever the cut is.
func TestPackedAndCut(t *testing.T) {
	for name, data := range map[string][]byte{"gzip": gzipped(some, some), "bzip2": octets(someBzip2, someBzip2)} {
		for cut := range data {
			whole := outcomeOf(t, bytes.NewReader(data[:cut])).Err == ""
			if boundary := cut == len(data)/2; whole != boundary {
				t.Errorf("%s cut at %d of %d: whole %t", name, cut, len(data), whole)
			}
		}
	}
}

func TestErrorsOfTheFileComeThrough(t *testing.T) {
	broken := errors.New("the disk is broken")
	for name, test := range map[string]struct {
		data []byte
		want outcome
	}{
		"at once": {nil, outcome{Err: "no route that can be read: this is no MRT file: in the header of " +
			"record 1: the disk is broken"}},
		"after records": {octets(some, some),
			outcome{Paths: []string{goodShown, goodShown}, Err: "in the header of record 5: the disk is broken"}},
		"in a record": {octets(some, some[:30]),
			outcome{Paths: []string{goodShown}, Err: "in record 3: the disk is broken"}},
	} {
		t.Run(name, func(t *testing.T) {
			file := func() io.Reader { return io.MultiReader(bytes.NewReader(test.data), iotest.ErrReader(broken)) }
			if diff := cmp.Diff(test.want, outcomeOf(t, file())); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			for _, err := range mrt.NewReader(file()).Paths() {
				if err != nil && (!errors.Is(err, broken) || errors.Is(err, mrt.ErrNoRoute) != (test.data == nil)) {
					t.Errorf("%#v", err)
				}
			}
		})
	}
}

func TestErrorsCanBeTold(t *testing.T) {
	for _, test := range []struct {
		data         string
		noRoute, cut bool
	}{
		{string(all), true, false},
		{string(all[:20]), true, true},
		{string(some) + "cut", false, true},
	} {
		for _, err := range mrt.NewReader(strings.NewReader(test.data)).Paths() {
			if err != nil && (errors.Is(err, mrt.ErrNoRoute) != test.noRoute ||
				errors.Is(err, io.ErrUnexpectedEOF) != test.cut) {
				t.Errorf("%q: %v", test.data, err)
			}
		}
	}
}
