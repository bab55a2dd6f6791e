package gobgp_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"runtime"
	"runtime/metrics"
	"slices"
	"strconv"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// many is how many routes or entries a benchmark is about: DEPEER_BENCH, or else.
func many(b *testing.B, or int) int {
	if n, err := strconv.Atoi(os.Getenv("DEPEER_BENCH")); err == nil {
		return n
	}
	return or
}

// announce has as many speakers as d has members announce n routes each, with the
// attributes of usual ones, 200 to a message, and waits until gobgpd has them.
func announce(b *testing.B, d *testbed.Daemon, members, n int) (all []plan.Client) {
	b.Helper()
	for m := range members {
		s := testbed.Speak(b, d, d.Site.Member(m), 64600+filters.ASN(m))
		for i := 0; i < n; {
			attributes := []bgp.PathAttributeInterface{
				bgp.NewPathAttributeOrigin(0), bgp.NewPathAttributeNextHop(s.Address.String()), bgp.NewPathAttributeMultiExitDisc(7),
				bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{64600 + uint32(m), 65001, 65002, 65003 + uint32(i)%5000})}),
				bgp.NewPathAttributeCommunities([]uint32{64500<<16 | 1, 64500<<16 | 2, 65001<<16 | 3}),
			}
			var list []*bgp.IPAddrPrefix
			for range min(200, n-i) {
				var a [4]byte
				binary.BigEndian.PutUint32(a[:], 20<<24+uint32(m*n+i)<<8)
				list = append(list, bgp.NewIPAddrPrefix(24, netip.AddrFrom4(a).String()))
				i++
			}
			s.Say(bgp.NewBGPUpdateMessage(nil, attributes, list))
		}
		all = append(all, plan.Client{Address: s.Address, ASN: 64600 + filters.ASN(m), RouteServer: true})
	}
	testbed.Eventually(b, 10*time.Minute, func() error { return holds(d, uint64(members*n)) })
	return all
}

// unread is a codec that throws answers away.
type unread struct{}

func (unread) Marshal(m any) ([]byte, error) { return proto.Marshal(m.(proto.Message)) }
func (unread) Unmarshal([]byte, any) error   { return nil }
func (unread) Name() string                  { return "proto" }

// BenchmarkAnnounced is against what gobgpd needs to list the same routes in binary
// form, one table after another, to a client that does not look at the answers. The
// ways take turns, so that whatever else the machine does meets all of them. Memory is
// what the program holds besides at most; grpc has most of it.
func BenchmarkAnnounced(b *testing.B) {
	n := many(b, 100_000)
	for _, members := range []int{1, 50} {
		b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) { benchmarkAnnounced(b, members, n/members) })
	}
}

func benchmarkAnnounced(b *testing.B, members, n int) {
	var config testbed.Config
	for m := range members {
		config.Members = append(config.Members, testbed.MemberConfig{ASN: 64600 + filters.ASN(m), ExportDefault: testbed.Reject})
	}
	d := testbed.Gobgpd(b, config)
	clients := announce(b, d, members, n)
	c := dial(b, d)
	var most, peak uint64
	looked := 0
	look := func() int { // at memory, now and then
		if looked++; looked&(1<<12-1) == 0 {
			most = max(most, heap())
		}
		return 1
	}
	ways := []struct {
		name string
		do   func() int
		took []time.Duration
	}{
		{name: "listed", do: func() (got int) {
			for _, client := range clients {
				got += listed(b, d, client.Address)
			}
			return got
		}},
		{name: "received", do: func() (got int) {
			for _, client := range clients {
				for _, err := range c.Received(b.Context(), client.Address) {
					if err != nil {
						b.Fatal(err)
					}
					got++
				}
			}
			return got
		}},
		{name: "announced", do: func() (got int) {
			runtime.GC()
			before := heap()
			most = before
			for _, err := range c.Announced(b.Context(), clients) {
				if err != nil {
					b.Fatal(err)
				}
				got += look()
			}
			peak = max(peak, most-before)
			return got
		}},
	}
	for b.Loop() {
		for i := range ways {
			begin := time.Now()
			if got := ways[i].do(); got != members*n {
				b.Fatalf("%s: %d routes of %d", ways[i].name, got, members*n)
			}
			ways[i].took = append(ways[i].took, time.Since(begin))
		}
	}
	for _, w := range ways {
		slices.Sort(w.took)
		b.ReportMetric(w.took[len(w.took)/2].Seconds(), "s/"+w.name)
		b.ReportMetric(w.took[len(w.took)/2].Seconds()/ways[0].took[len(w.took)/2].Seconds(), w.name+"/listed")
	}
	b.ReportMetric(float64(peak)/1e6, "MB")
}

// listed has gobgpd list a table, and returns how many routes that are.
func listed(b *testing.B, d *testbed.Daemon, client netip.Addr) (got int) {
	for _, afi := range []api.Family_Afi{api.Family_AFI_IP, api.Family_AFI_IP6} {
		stream, err := d.API().ListPath(b.Context(), &api.ListPathRequest{
			TableType: api.TableType_ADJ_IN, Name: client.String(), Family: &api.Family{Afi: afi, Safi: api.Family_SAFI_UNICAST}, EnableOnlyBinary: true, BatchSize: 1024,
		}, grpc.ForceCodec(unread{}))
		for ; err == nil; got++ {
			_, err = stream.Recv()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		got--
	}
	return got
}

// heap is the memory of objects.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// BenchmarkState reads a set of many entries.
func BenchmarkState(b *testing.B) {
	n := many(b, 300_000)
	d := testbed.Gobgpd(b, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dial(b, d)
	policy := wide(n)
	for _, call := range plan.To(state(b, c), policy, "a").Calls() {
		begin := time.Now()
		do(b, c, call)
		if call.Verb == plan.AddSet {
			b.Logf("%s took %v", call, time.Since(begin))
		}
	}
	for b.Loop() {
		s := state(b, c)
		if len(s.PrefixSets[policy.PrefixSets[0].Name]) != n || len(s.Strange) != 0 {
			b.Fatal(s.Strange)
		}
	}
	b.ReportAllocs()
}

// wide is a policy with n entries in one set.
func wide(n int) *policies.RoutingPolicy {
	entries := make([]filters.Entry, n)
	for i := range entries {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], 20<<24+uint32(i)<<8)
		entries[i] = filters.Entry{Prefix: netip.PrefixFrom(netip.AddrFrom4(a), 24), Min: 24, Max: 32}
	}
	return policies.Build(&filters.Compiled{Filters: []filters.Filter{{Treatment: "depeer", Prefixes: filters.Entries{IPv4: entries}}}}, []policies.Treatment{{Name: "depeer", Reject: true}}, 64500)
}

// Row 36 of what must be survived: 300,000 entries are one message.
func TestManyEntries(t *testing.T) {
	t.Parallel()
	const n = 300_000
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dial(t, d)
	want := wide(n)
	do(t, c, plan.To(state(t, c), want, "a").Calls()...)
	s := state(t, c)
	if got := len(s.PrefixSets[want.PrefixSets[0].Name]); got != n || len(s.Strange) != 0 {
		t.Errorf("%d entries of %d; strange %v", got, n, s.Strange)
	}
	do(t, c, plan.To(s, &policies.RoutingPolicy{}, "b").Calls()...)
	if s := state(t, c); len(s.PrefixSets) != 0 {
		t.Errorf("sets that are left: %d", len(s.PrefixSets))
	}
}
