package examples_test

import (
	"bytes"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"github.com/osrg/gobgp/v3/pkg/packet/mrt"

	"depeer/examples"
	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab"
)

// dumps are MRT files for depeer impact, each made of the routes beside it.
var dumps = []struct {
	file string
	day  string
}{
	{"atrivo-2008/routes-2008-09", "2008-09-01"},
	{"atrivo-2008/routes-2008-11", "2008-11-01"},
	{"mci-2005/routes-covered", "2005-02-11"},
}

// Dumps hold the routes beside them, by GoBGP's own writer of MRT.
func TestDumps(t *testing.T) {
	for _, dump := range dumps {
		want := dumped(t, dump.file+".tsv", dump.day)
		if *update {
			if err := os.WriteFile(dump.file+".mrt", want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := examples.Files.ReadFile(dump.file + ".mrt"); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s.mrt is not made of %s.tsv (%v); go test ./examples -update makes it", dump.file, dump.file,
				err)
		}
	}
}

// dumped returns a TABLE_DUMP_V2 of all routes, taken on a day.
func dumped(t *testing.T, routes, day string) []byte {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	members, err := lab.ReadMembers(routes, read(t, routes))
	if err != nil {
		t.Fatal(err)
	}
	out := &dumper{t: t, at: uint32(at.Unix())}
	var peers []*mrt.Peer
	for i, m := range members {
		peers = append(peers, mrt.NewPeer("0.0.0.0", memberAddress(i).String(), uint32(m.ASN), true))
	}
	out.write(mrt.PEER_INDEX_TABLE, mrt.NewPeerIndexTable("192.0.2.1", "", peers))
	for i, m := range members {
		for _, r := range m.Announces {
			out.route(uint16(i), r)
		}
	}
	return out.Bytes()
}

// memberAddress is where the sessions of a dump come from: space for documentation.
func memberAddress(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + n)}) }

// dumper writes records one after another.
type dumper struct {
	bytes.Buffer
	t    *testing.T
	at   uint32
	next uint32 // sequence number
}

func (d *dumper) write(subtype mrt.MRTSubTypeTableDumpv2, body mrt.Body) {
	d.t.Helper()
	message, err := mrt.NewMRTMessage(d.at, mrt.TABLE_DUMPv2, subtype, body)
	if err != nil {
		d.t.Fatal(err)
	}
	record, err := message.Serialize()
	if err != nil {
		d.t.Fatal(err)
	}
	d.Write(record)
}

// route writes one path.
func (d *dumper) route(peer uint16, r policies.Route) {
	d.t.Helper()
	attributes := []bgp.PathAttributeInterface{
		bgp.NewPathAttributeOrigin(0),
		bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ,
			numbers(r.Path))}),
	}
	entries := []*mrt.RibEntry{mrt.NewRibEntry(peer, d.at, 0, attributes, false)}
	address, bits := r.Prefix.Addr().String(), uint8(r.Prefix.Bits())
	if strings.Contains(address, ":") {
		d.write(mrt.RIB_IPV6_UNICAST, mrt.NewRib(d.next, bgp.NewIPv6AddrPrefix(bits, address), entries))
	} else {
		d.write(mrt.RIB_IPV4_UNICAST, mrt.NewRib(d.next, bgp.NewIPAddrPrefix(bits, address), entries))
	}
	d.next++
}

func numbers(path []filters.ASN) []uint32 {
	var out []uint32
	for _, asn := range path {
		out = append(out, uint32(asn))
	}
	return out
}
