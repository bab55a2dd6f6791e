package foresight_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
	"depeer/policies/rib"
)

// A dump of what members announce (RFC 6396, TABLE_DUMP_V2), written from what they
// were told to announce, and from when the route server says that it came.

// route is what a member announces.
type route struct {
	rib.Peer
	testbed.Announcement
	since uint32
}

// path is the AS path as members say it.
func (r route) path() rib.ASPath {
	return rib.Sequence(slices.Insert(slices.Clone(r.Path), 0, r.ASN)...)
}

// octets puts parts one behind the other, numbers in the width of their type.
func octets(parts ...any) []byte {
	var b []byte
	for _, part := range parts {
		switch v := part.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = binary.BigEndian.AppendUint16(b, v)
		case uint32:
			b = binary.BigEndian.AppendUint32(b, v)
		case []byte:
			b = append(b, v...)
		default:
			panic(fmt.Sprintf("no octets for %T", part))
		}
	}
	return b
}

// dumped is one record of a table that was dumped in 2026.
func dumped(subtype uint16, body []byte) []byte {
	return octets(uint32(1_769_904_000), uint16(13), subtype, uint32(len(body)), body)
}

// attributes are a route's.
func (r route) attributes() []byte {
	attribute := func(flags, kind uint8, value []byte) []byte { return octets(flags, kind, uint8(len(value)), value) }
	path := r.path()
	out := octets(attribute(0x40, 1, []byte{0}), attribute(0x40, 2, path))
	if r.Prefix.Addr().Is4() {
		out = append(out, attribute(0x40, 3, r.Address.AsSlice())...)
	}
	if r.MED != nil {
		out = append(out, attribute(0x80, 4, octets(*r.MED))...)
	}
	if r.Prefix.Addr().Is6() { // the next hop alone (RFC 6396, 4.3.4)
		hop := netip.MustParseAddr("2001:db8::1").AsSlice()
		out = append(out, attribute(0x80, 14, octets(uint8(len(hop)), hop))...)
	}
	return out
}

// dump writes a file of routes.
func dump(t *testing.T, dir string, routes []route) string {
	t.Helper()
	var peers []rib.Peer
	byPrefix := make(map[netip.Prefix][]route)
	var prefixes []netip.Prefix
	for _, r := range routes {
		if !slices.Contains(peers, r.Peer) {
			peers = append(peers, r.Peer)
		}
		if byPrefix[r.Prefix] == nil {
			prefixes = append(prefixes, r.Prefix)
		}
		byPrefix[r.Prefix] = append(byPrefix[r.Prefix], r)
	}
	slices.SortFunc(prefixes, netip.Prefix.Compare)
	index := octets(uint32(1), uint16(0), uint16(len(peers)))
	for _, p := range peers {
		index = octets(index, uint8(2), p.Address.AsSlice(), p.Address.AsSlice(), uint32(p.ASN))
	}
	text := dumped(1, index)
	for i, prefix := range prefixes {
		subtype := uint16(2)
		if prefix.Addr().Is6() {
			subtype = 4
		}
		body := octets(uint32(i), uint8(prefix.Bits()), prefix.Addr().AsSlice()[:(prefix.Bits()+7)/8],
			uint16(len(byPrefix[prefix])))
		for _, r := range byPrefix[prefix] {
			a := r.attributes()
			body = octets(body, uint16(slices.Index(peers, r.Peer)), r.since, uint16(len(a)), a)
		}
		text = append(text, dumped(subtype, body)...)
	}
	name := filepath.Join(dir, "rib.mrt")
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// readByOthers fails the test unless bgpdump, too, reads these routes in a dump.
func readByOthers(t *testing.T, name string, routes []route) {
	t.Helper()
	bgpdump := installed(t, "bgpdump")
	if bgpdump == "" {
		return
	}
	var got, want []string
	for line := range strings.Lines(string(succeeds(t, exec.Command(bgpdump, "-m", name)))) {
		f := strings.Split(line, "|")
		got = append(got, strings.Join([]string{f[3], f[4], f[5], f[6], f[10]}, " "))
	}
	for _, r := range routes {
		med := uint32(0)
		if r.MED != nil {
			med = *r.MED
		}
		want = append(want, fmt.Sprintf("%s %s %s %s %d", r.Address, r.ASN, r.Prefix, r.path(), med))
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Fatalf("bgpdump reads (-written +read):\n%s", d)
	}
}
