package mrt_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/rib"
)

// randomDump is a dump, and what is to be read of it: paths are drawn, and written in a
// way that is drawn, too.
type randomDump struct {
	data  []byte
	paths []*rib.Path
	cuts  []int // where records end
}

func (d *randomDump) add(record []byte, paths ...*rib.Path) {
	d.data = append(d.data, record...)
	d.paths = append(d.paths, paths...)
	d.cuts = append(d.cuts, len(d.data))
}

// lines is what outcomeOf gives of the paths.
func (d *randomDump) lines() []string {
	var lines []string
	for _, p := range d.paths {
		p.Path = p.ASPath.Append(nil)
		lines = append(lines, shown(p))
	}
	return lines
}

func drawDump(t *rapid.T) *randomDump {
	d := new(randomDump)
	peers := rapid.SliceOfN(rapid.Custom(drawPeer), 1, 5).Draw(t, "peers")
	d.add(index(peers...))
	for range rapid.IntRange(1, 8).Draw(t, "records") {
		prefix := drawPrefix(t)
		if rapid.IntRange(0, 3).Draw(t, "older") == 0 {
			d.addOlder(t, prefix)
		} else {
			d.addRIB(t, prefix, peers)
		}
	}
	return d
}

// addRIB adds a record of TABLE_DUMP_V2.
func (d *randomDump) addRIB(t *rapid.T, prefix netip.Prefix, peers []rib.Peer) {
	subtype, addPath := uint16(ipv4), rapid.Bool().Draw(t, "add-path")
	if prefix.Addr().Is6() {
		subtype = ipv6
	}
	if addPath {
		subtype += 6
	}
	var entries [][]byte
	var all []*rib.Path
	for range rapid.IntRange(0, 4).Draw(t, "entries") {
		peer := rapid.IntRange(0, len(peers)-1).Draw(t, "peer")
		p := drawPath(t, prefix, peers[peer])
		p.ASPath = drawASPath(t, 0xffff_ffff, true)
		attributes := shuffled(t, append(attributesOf(p), attr(2, p.ASPath)))
		if addPath {
			p.ID = rapid.Uint32().Draw(t, "id")
			entries = append(entries, octets(uint16(peer), p.Since, p.ID, uint16(len(attributes)), attributes))
		} else {
			entries = append(entries, octets(uint16(peer), p.Since, uint16(len(attributes)), attributes))
		}
		all = append(all, p)
	}
	d.add(paths(subtype, prefix.String(), entries...), all...)
}

// addOlder adds a TABLE_DUMP, of a path that has gone through some who speak two octets.
func (d *randomDump) addOlder(t *rapid.T, prefix netip.Prefix) {
	peer := rib.Peer{ASN: filters.ASN(rapid.Uint16().Draw(t, "peer")), Address: drawAddress(t, prefix.Addr().Is6())}
	p := drawPath(t, prefix, peer)
	p.LargeCommunities = nil // there were none
	through := rapid.SliceOfN(rapid.Uint32Range(1, 0xffff), 0, 3).Draw(t, "through")
	before := drawASPath(t, 0xffff_ffff, false)
	attributes := attributesOf(p)
	if len(before) > 0 {
		attributes = append(attributes, attr(17, before))
	}
	if len(through) > 0 {
		p.ASPath = segment4(rib.ASSequence, through...)
	}
	p.ASPath = append(p.ASPath, before...)
	attributes = append(attributes, attr(2, narrow(p.ASPath)))
	body := shuffled(t, attributes)
	subtype := uint16(1)
	if prefix.Addr().Is6() {
		subtype = 2
	}
	d.add(record(12, subtype, uint32(0), prefix.Addr(), uint8(prefix.Bits()), uint8(1), p.Since, peer.Address,
		uint16(peer.ASN), uint16(len(body)), body), p)
}

// narrow writes a path with ASNs of two octets, AS_TRANS for those that have no place.
func narrow(path rib.ASPath) []byte {
	var b []byte
	for kind, asns := range path.Segments {
		b = octets(b, uint8(kind), uint8(len(asns)/4))
		for ; len(asns) > 0; asns = asns[4:] {
			if asns[0] == 0 && asns[1] == 0 {
				b = octets(b, asns[2], asns[3])
			} else {
				b = octets(b, uint16(trans))
			}
		}
	}
	return b
}

// attributesOf writes all of a path but the AS path.
func attributesOf(p *rib.Path) [][]byte {
	list := [][]byte{origin(p.Origin), attr(3, anna.Address)}
	if p.LocalPref != 0 {
		list = append(list, attr(5, p.LocalPref))
	}
	if p.MED != nil {
		list = append(list, attr(4, *p.MED))
	}
	if len(p.Communities) > 0 { // bgpdump prints what is in its memory for none
		var b []byte
		for _, c := range p.Communities {
			b = octets(b, uint32(c))
		}
		list = append(list, attr(8, b))
	}
	if len(p.LargeCommunities) > 0 {
		var b []byte
		for _, c := range p.LargeCommunities {
			b = octets(b, c.Global, c.Local1, c.Local2)
		}
		list = append(list, attr(32, b))
	}
	return list
}

func shuffled(t *rapid.T, attributes [][]byte) []byte {
	return joined(rapid.Permutation(attributes).Draw(t, "attributes"))
}

// drawPath draws all of a path but the AS path.
func drawPath(t *rapid.T, prefix netip.Prefix, peer rib.Peer) *rib.Path {
	p := &rib.Path{PeerASN: peer.ASN, Origin: rib.Origin(rapid.IntRange(0, 2).Draw(t, "origin")),
		Since: rapid.Uint32().Draw(t, "since")}
	p.Prefix, p.Peer = prefix.Masked(), peer.Address
	p.LocalPref = rapid.Uint32Range(0, 200).Draw(t, "local-pref")
	p.MED = rapid.Ptr(rapid.Uint32(), true).Draw(t, "med")
	p.Communities = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policies.Community {
		return policies.Community(rapid.Uint32().Draw(t, "community"))
	}), 0, 100).Draw(t, "communities")
	p.LargeCommunities = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) policies.LargeCommunity {
		return policies.LargeCommunity{Global: rapid.Uint32().Draw(t, "global"),
			Local1: rapid.Uint32().Draw(t, "local 1"), Local2: rapid.Uint32().Draw(t, "local 2")}
	}), 0, 3).Draw(t, "large communities")
	return p
}

func drawASPath(t *rapid.T, most uint32, confederations bool) rib.ASPath {
	kinds := []rib.SegmentType{rib.ASSequence, rib.ASSequence, rib.ASSet}
	if confederations {
		kinds = append(kinds, rib.ConfedSequence, rib.ConfedSet)
	}
	var path rib.ASPath
	for range rapid.IntRange(0, 4).Draw(t, "segments") {
		path = append(path, segment4(rapid.SampledFrom(kinds).Draw(t, "kind"),
			rapid.SliceOfN(rapid.Uint32Range(1, most), 1, 40).Draw(t, "asns")...)...)
	}
	return path
}

func drawPeer(t *rapid.T) rib.Peer {
	return rib.Peer{Address: drawAddress(t, rapid.Bool().Draw(t, "IPv6")),
		ASN: filters.ASN(rapid.Uint32().Draw(t, "ASN"))}
}

func drawPrefix(t *rapid.T) netip.Prefix {
	addr := drawAddress(t, rapid.Bool().Draw(t, "IPv6"))
	return netip.PrefixFrom(addr, rapid.IntRange(0, addr.BitLen()).Draw(t, "length"))
}

func drawAddress(t *rapid.T, six bool) netip.Addr {
	n := 4
	if six {
		n = 16
	}
	addr, _ := netip.AddrFromSlice(rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "address"))
	return addr
}

// What is written is read, packed and cut into pieces as may be.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := drawDump(r)
		data := d.data
		if rapid.Bool().Draw(r, "packed") {
			cut := rapid.IntRange(0, len(data)).Draw(r, "members")
			data = gzipped(data[:cut], data[cut:])
		}
		got := outcomeOf(t, iotest.HalfReader(bytes.NewReader(data)))
		want := outcome{Paths: d.lines()}
		if len(d.paths) == 0 {
			want.Err = fmt.Sprintf("no route that can be read: %d records, 0 paths", len(d.cuts))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// Of a dump that is cut, all that is before the cut is read, and an error said.
func TestOfACutDumpAllBeforeIsRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := drawDump(r)
		cut := rapid.IntRange(0, len(d.data)).Draw(r, "cut")
		got := outcomeOf(t, bytes.NewReader(d.data[:cut]))
		lines := d.lines()
		if len(got.Paths) > len(lines) {
			r.Fatalf("%d paths of %d", len(got.Paths), len(lines))
		}
		if diff := cmp.Diff(lines[:len(got.Paths)], got.Paths, cmpopts.EquateEmpty()); diff != "" {
			r.Errorf("(-want +got)\n%s", diff)
		}
		boundary := cut == 0
		for _, end := range d.cuts {
			boundary = boundary || cut == end
		}
		if (got.Err == "") != (boundary && len(got.Paths) > 0) {
			r.Errorf("cut at %d of %v: error %q with %d paths", cut, d.cuts, got.Err, len(got.Paths))
		}
	})
}

// A record that is cut, its length with it, is damaged, and hurts no other.
func TestARecordThatIsCutHurtsNoOther(t *testing.T) {
	for name, bad := range map[string][]byte{
		"IPv4":     paths(ipv4, "192.0.2.0/24", entry(0, origin(rib.IGP), asPath(64496))),
		"IPv6":     paths(ipv6, "2001:db8::/32", entry(2, origin(rib.IGP), asPath(64498))),
		"add-path": paths(ipv4Addpaths, "192.0.2.0/24", entryID(0, 1, origin(rib.IGP), asPath(64496))),
		"peers":    all,
		"older":    older(1, "192.0.2.0/24", anna, origin(rib.IGP)),
		"older, 6": older(2, "2001:db8::/32", clara, origin(rib.IGP)),
	} {
		kind, subtype, body := bad[5], bad[7], bad[12:]
		for cut := range body {
			got := outcomeOf(t, bytes.NewReader(octets(record(uint16(kind), uint16(subtype), body[:cut]), all, good)))
			want := outcome{Paths: []string{goodShown}, Damaged: "1 (record 1: cut short)"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s cut at %d: (-want +got)\n%s", name, cut, diff)
			}
		}
	}
}

// Random dumps, too, are read as bgpdump reads them.
func TestRandomDumpsAsBgpdumpReads(t *testing.T) {
	program := installed(t, "bgpdump")
	path := filepath.Join(t.TempDir(), "random.mrt")
	rapid.Check(t, func(r *rapid.T) {
		d := drawDump(r)
		if len(d.paths) == 0 {
			return
		}
		if err := os.WriteFile(path, d.data, 0o644); err != nil {
			t.Fatal(err)
		}
		asBgpdump(r, program, path, false)
	})
}
