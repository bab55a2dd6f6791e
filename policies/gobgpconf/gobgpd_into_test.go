package gobgpconf_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/proto"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// operator is what an exchange has of its own: bogons are refused.
const operator = `[[defined-sets.prefix-sets]]
prefix-set-name = "bogons"
prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..32"}]

[[policy-definitions]]
name = "theirs"
[[policy-definitions.statements]]
name = "no bogons"
conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}
actions.route-disposition = "reject-route"

`

func prefixes(list ...string) (all []netip.Prefix) {
	for _, s := range list {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

// exchangeOf starts a route server with the operator's policies and ours, and a
// member that announces, and one that hears: a bogon, a listed route, another.
func exchangeOf(t *testing.T, c testbed.Config, lists ...string) *testbed.Running {
	t.Helper()
	c.Members = []testbed.MemberConfig{
		{ASN: 64496, Import: lists, Announce: []testbed.Announcement{
			{Prefix: netip.MustParsePrefix("10.1.0.0/16")}, {Prefix: netip.MustParsePrefix("192.0.2.0/24")},
			{Prefix: netip.MustParsePrefix("203.0.113.0/24")},
		}},
		{ASN: 64497, Import: lists},
	}
	return testbed.Exchange(t, c)
}

// The anchor, pasted into the file of an operator with policies of its own, loads
// and changes nothing.
func TestAnchorChangesNothing(t *testing.T) {
	for _, lists := range [][]string{{"theirs"}, {"depeer", "theirs"}} {
		t.Run(fmt.Sprint(lists), func(t *testing.T) {
			x := exchangeOf(t, testbed.Config{Policy: operator, Edit: func(file []byte) []byte {
				return append(file, gobgpconf.Anchor(gobgpconf.TOML)...) // at the end, as it says
			}}, lists...)
			x.Members[1].Holds(prefixes("192.0.2.0/24", "203.0.113.0/24")...)
		})
	}
}

// What ReplacePart makes of that file loads, and treats what is listed.
func TestIntoLoads(t *testing.T) {
	x := exchangeOf(t, testbed.Config{Policy: operator, Edit: func(file []byte) []byte {
		anchored := append(file, gobgpconf.Anchor(gobgpconf.TOML)...)
		got, l := gobgpconf.ReplacePart("gobgpd.conf", anchored, prefixesOnly(), nil)
		if l.Worst() == diag.Error {
			t.Fatalf("refused:\n%s", said(l))
		}
		if !bytes.HasPrefix(got, file) {
			t.Fatal("the operator's part is not as it was")
		}
		return got
	}}, "depeer", "theirs")
	x.Members[1].Holds(prefixes("203.0.113.0/24")...)
}

// many returns a policy with n entries.
func many(n int) *policies.RoutingPolicy {
	entries := make([]filters.Entry, n)
	for i := range entries {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], 0x20000000+uint32(i)<<8)
		entries[i] = filters.Entry{Prefix: netip.PrefixFrom(netip.AddrFrom4(a), 24), Min: 24, Max: 32}
	}
	p := prefixesOnly()
	p.Sets[0].Elements = policies.Prefixes(entries)
	return p
}

// As many prefixes as ever was asked for load in each format, and are all there.
func TestGobgpdHoldsMany(t *testing.T) {
	if testing.Short() {
		t.Skip("loads 100,000 prefixes three times")
	}
	p := many(100_000)
	for _, f := range formats {
		t.Run(f.String(), func(t *testing.T) {
			text, err := gobgpconf.Encode(p, f, nil)
			if err != nil {
				t.Fatal(err)
			}
			d := testbed.Gobgpd(t, testbed.Config{Format: testbedFormat[f], Policy: string(text)})
			want, got := wantSets(p), listSets(t, d) // too many for a diff
			if !slices.EqualFunc(want, got, func(a, b *api.DefinedSet) bool { return proto.Equal(a, b) }) {
				t.Errorf("gobgpd holds %d sets, the first of %d entries; want %d and %d, the same ones", len(got),
					len(got[0].GetPrefixes()), len(want), len(want[0].Prefixes))
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	p := many(100_000)
	for _, f := range formats {
		b.Run(f.String(), func(b *testing.B) {
			var text []byte
			for b.Loop() {
				var err error
				if text, err = gobgpconf.Encode(p, f, nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(text)), "bytes")
		})
	}
}

func BenchmarkInto(b *testing.B) {
	p := many(100_000)
	old, _ := gobgpconf.ReplacePart("gobgpd.conf", []byte(operator), prefixesOnly(), nil)
	for b.Loop() {
		got, l := gobgpconf.ReplacePart("gobgpd.conf", old, p, nil)
		if l.Worst() == diag.Error {
			b.Fatal(said(l))
		}
		b.ReportMetric(float64(len(got)), "bytes")
	}
}
