package wire_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/rib"
	"depeer/policies/rib/wire"
)

// encode writes an attribute, with a length of two octets where it needs them.
func encode(code wire.Code, value []byte) []byte {
	if len(value) > 255 {
		return append(binary.BigEndian.AppendUint16([]byte{0x50, byte(code)}, uint16(len(value))), value...)
	}
	return append([]byte{0x40, byte(code), byte(len(value))}, value...)
}

// drawValues draws attributes, each once, that a router would take.
func drawValues(t *rapid.T) map[wire.Code][]byte {
	octets := func(n int) []byte { return rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "octets") }
	var path []byte
	for range rapid.IntRange(0, 3).Draw(t, "segments") {
		n := rapid.IntRange(1, 4).Draw(t, "ASNs")
		path = append(append(path, rapid.ByteRange(1, 4).Draw(t, "type"), byte(n)), octets(4*n)...)
	}
	all := map[wire.Code][]byte{
		wire.Origin:           {rapid.ByteRange(0, 2).Draw(t, "origin")},
		wire.ASPath:           path,
		wire.NextHop:          octets(4),
		wire.MED:              octets(4),
		wire.LocalPref:        octets(4),
		wire.Communities:      octets(4 * rapid.IntRange(0, 80).Draw(t, "communities")),
		wire.LargeCommunities: octets(12 * rapid.IntRange(0, 4).Draw(t, "large communities")),
		wire.AS4Path:          octets(3), // not looked at where ASNs have four octets
	}
	for code := range all {
		if code != wire.Origin && rapid.Bool().Draw(t, "without") {
			delete(all, code)
		}
	}
	return all
}

// What a dump says of a path, and what a daemon lists of it, is the same route.
func TestReadPathAndFillRouteAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var reader wire.Reader
		var med uint32
		var route policies.Route
		var path rib.Path
		for range 3 { // memory is used again
			var all []byte
			var attributes wire.Attributes
			for code, value := range drawValues(t) {
				one := encode(code, value)
				all = append(all, one...)
				gotCode, gotValue, rest, ok := wire.CutAttribute(one)
				if !ok || gotCode != code || len(rest) > 0 || string(gotValue) != string(value) {
					t.Fatalf("%x is cut into %d, %x and %x", one, gotCode, gotValue, rest)
				}
				if fault := attributes.ReadAttribute(code, value); fault != wire.Sound {
					t.Fatalf("attribute %d, %x: %s", code, value, fault)
				}
			}
			if fault := reader.ReadPath(&path, all, 4); fault != wire.Sound {
				t.Fatalf("%x: %s", all, fault)
			}
			attributes.FillRoute(&route, &med)
			exact := cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})}
			if diff := cmp.Diff(path.Route, route, exact); diff != "" {
				t.Fatalf("%x (-ReadPath +FillRoute):\n%s", all, diff)
			}
			if path.Origin != attributes.Origin || string(path.ASPath) != string(attributes.ASPath) {
				t.Fatalf("ReadPath reads %v %v, ReadAttribute %v %v", path.Origin, path.ASPath, attributes.Origin,
					attributes.ASPath)
			}
		}
	})
}

// Both readers name the same fault of a value that is too long or too short.
func TestFaults(t *testing.T) {
	t.Parallel()
	for code, want := range map[wire.Code]wire.Fault{
		wire.Origin: wire.BadOrigin, wire.ASPath: wire.BadASPath, wire.MED: wire.BadMED,
		wire.LocalPref: wire.BadLocalPref, wire.Communities: wire.BadCommunities,
		wire.LargeCommunities: wire.BadLargeCommunity,
	} {
		for _, value := range [][]byte{{1, 2, 3}, {2, 2, 0, 0, 0}} {
			var attributes wire.Attributes
			var reader wire.Reader
			got, strict := attributes.ReadAttribute(code, value), reader.ReadPath(&rib.Path{}, encode(code, value), 4)
			if got != want || strict != want {
				t.Errorf("attribute %d of %d octets: ReadAttribute says %q, ReadPath %q, want %q", code, len(value), got,
					strict, want)
			}
		}
	}
	var reader wire.Reader
	if got := reader.ReadPath(&rib.Path{}, encode(wire.Origin, []byte{3}), 4); got != wire.BadOrigin {
		t.Errorf("ORIGIN 3: %q", got)
	}
	for _, cut := range [][]byte{{0x40}, {0x40, 1, 2, 0}, {0x50, 1, 0}} {
		if got := reader.ReadPath(&rib.Path{}, cut, 4); got != wire.CutShort {
			t.Errorf("%x: %q", cut, got)
		}
	}
}

func TestReadPrefix(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		octets           []byte
		bits, addressLen int
		want             string
	}{
		{nil, 0, 4, "0.0.0.0/0"},
		{[]byte{192, 0, 2}, 24, 4, "192.0.2.0/24"},
		{[]byte{192, 0, 3}, 23, 4, "192.0.2.0/23"}, // trailing bits
		{[]byte{0x20, 1, 0xd, 0xb8}, 32, 16, "2001:db8::/32"},
		{[]byte{192, 0}, 24, 4, ""},
		{[]byte{192, 0, 2, 0}, 24, 4, ""},
		{[]byte{192, 0, 2, 0, 0}, 33, 4, ""},
		{make([]byte, 17), 129, 16, ""},
	} {
		got, ok := wire.ReadPrefix(test.octets, test.bits, test.addressLen)
		if ok != (test.want != "") || ok && got.String() != test.want {
			t.Errorf("%x, %d bits: %v %v, want %q", test.octets, test.bits, got, ok, test.want)
		}
	}
	if got := wire.ReadASN([]byte{1, 0}); got != filters.ASN(256) {
		t.Errorf("an ASN of two octets: %d", got)
	}
}
