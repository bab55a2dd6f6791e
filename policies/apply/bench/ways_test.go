package bench_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/filters/listing"
)

const exchangeFile = `version: 1
exchange: {name: bench, asn: 64500}
limits: {max_covered: {ipv4: 10%, ipv6: 10%}, max_routes: 10%, max_member_routes: 100%}
`

// write writes a list of entries that refuses, and an exchange file, where the
// program runs, and returns the list's name.
func (p *program) write(name string, entries []netip.Prefix) string {
	p.b.Helper()
	l := &filters.Listing{Name: "bench", Treatment: "depeer",
		Providers: []filters.Provider{{Name: "Bench", ID: "bench"}}}
	for _, e := range entries {
		l.Providers[0].Prefixes = append(l.Providers[0].Prefixes,
			filters.PrefixMatch{Prefix: e, Min: uint8(e.Bits()), Max: 32})
	}
	var text bytes.Buffer
	if err := listing.Write(&text, l); err != nil {
		p.b.Fatal(err)
	}
	for file, data := range map[string][]byte{name: text.Bytes(), "depeer.yaml": []byte(exchangeFile)} {
		if err := os.WriteFile(filepath.Join(p.dir, file), data, 0o600); err != nil {
			p.b.Fatal(err)
		}
	}
	return name
}

// reload is the second way: gobgpd.conf is edited, and read again.
func (s *site) reload(p *program, list string) {
	s.b.Helper()
	p.run("emit", list, "--into", s.daemon.ConfigFile)
	s.daemon.HangUp()
}

// byHand is the third way: a call for each entry, as "gobgp policy prefix add" makes it
// (without the process that it starts for each), and a soft reset of all.
func (s *site) byHand(entries []netip.Prefix) {
	s.b.Helper()
	for _, e := range entries {
		_, err := s.daemon.API().AddDefinedSet(s.b.Context(), &api.AddDefinedSetRequest{DefinedSet: bySet(e)})
		if err != nil {
			s.b.Fatal(err)
		}
	}
	s.resetAll()
}

// notByHand takes all entries back.
func (s *site) notByHand(entries []netip.Prefix) {
	s.b.Helper()
	_, err := s.daemon.API().DeleteDefinedSet(s.b.Context(),
		&api.DeleteDefinedSetRequest{DefinedSet: bySet(entries...)})
	if err != nil {
		s.b.Fatal(err)
	}
	s.resetAll()
}

func bySet(entries ...netip.Prefix) *api.DefinedSet {
	set := &api.DefinedSet{DefinedType: api.DefinedType_PREFIX, Name: "by-hand"}
	for _, e := range entries {
		set.Prefixes = append(set.Prefixes, &api.Prefix{IpPrefix: e.String(), MaskLengthMin: uint32(e.Bits()),
			MaskLengthMax: 32})
	}
	return set
}

// resetAll is "gobgp neighbor all softresetin".
func (s *site) resetAll() { s.b.Helper(); s.reset("") }

// reset resets one neighbor, softly, inbound; all if it is empty.
func (s *site) reset(address string) {
	s.b.Helper()
	_, err := s.daemon.API().ResetPeer(s.b.Context(),
		&api.ResetPeerRequest{Address: address, Soft: true, Direction: api.ResetPeerRequest_IN})
	if err != nil {
		s.b.Fatal(err)
	}
}

// floor is what the soft resets of some members take, one after another.
func (s *site) floor(members ...netip.Addr) cost {
	s.b.Helper()
	begin := time.Now()
	still := s.probe.still(s.b, func() {
		for _, m := range members {
			s.reset(m.String())
		}
	})
	return cost{time.Since(begin), still}
}

func (c cost) String() string {
	return fmt.Sprintf("%v (still %v)", c.until.Round(time.Millisecond), c.still.Round(time.Millisecond))
}
