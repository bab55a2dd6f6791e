package gobgp_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
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

// announce has a speaker announce n routes with the attributes of a usual one,
// 200 to a message, and waits until gobgpd has them.
func announce(b *testing.B, d *testbed.Daemon, n int) netip.Addr {
	b.Helper()
	s := testbed.Speak(b, d, d.Site.Member(0), 64496)
	for i := 0; i < n; {
		attributes := []bgp.PathAttributeInterface{
			bgp.NewPathAttributeOrigin(0), bgp.NewPathAttributeNextHop(s.Address.String()),
			bgp.NewPathAttributeMultiExitDisc(7),
			bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ,
				[]uint32{64496, 65001, 65002, 65003 + uint32(i)%5000})}),
			bgp.NewPathAttributeCommunities([]uint32{64500<<16 | 1, 64500<<16 | 2, 65001<<16 | 3}),
		}
		var list []*bgp.IPAddrPrefix
		for range min(200, n-i) {
			var a [4]byte
			binary.BigEndian.PutUint32(a[:], 20<<24+uint32(i)<<8)
			list = append(list, bgp.NewIPAddrPrefix(24, netip.AddrFrom4(a).String()))
			i++
		}
		s.Say(bgp.NewBGPUpdateMessage(nil, attributes, list))
	}
	stop := make(chan struct{})
	b.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(10 * time.Second):
				s.Say(bgp.NewBGPKeepAliveMessage())
			}
		}
	}()
	testbed.Eventually(b, 5*time.Minute, func() error {
		peers, err := d.Peers()
		if err != nil {
			return err
		}
		got := uint64(0)
		for _, p := range peers {
			for _, f := range p.AfiSafis {
				got += f.State.GetReceived()
			}
		}
		if got != uint64(n) {
			return fmt.Errorf("%d routes of %d", got, n)
		}
		return nil
	})
	return s.Address
}

// readError is a codec that throws answers away.
type readError struct{}

func (readError) Marshal(m any) ([]byte, error) { return proto.Marshal(m.(proto.Message)) }
func (readError) Unmarshal([]byte, any) error   { return nil }
func (readError) Name() string                  { return "proto" }

// BenchmarkReceived is against what gobgpd needs to list the same routes in binary
// form: to its own client, and to one that does not look at the answers. They take
// turns, so that whatever else the machine does meets all of them.
func BenchmarkReceived(b *testing.B) {
	n := many(b, 100_000)
	d := testbed.Gobgpd(b, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	announcer := announce(b, d, n)
	c := dialTarget(b, d)
	listed := func(options ...grpc.CallOption) int {
		stream, err := d.API().ListPath(b.Context(), &api.ListPathRequest{
			TableType: api.TableType_ADJ_IN, Name: announcer.String(),
			Family: &api.Family{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST}, EnableOnlyBinary: true,
			BatchSize: 1024,
		}, options...)
		got := 0
		for ; err == nil; got++ {
			_, err = stream.Recv()
		}
		if !errors.Is(err, io.EOF) {
			b.Fatal(err)
		}
		return got - 1
	}
	received := func() int {
		got := 0
		for _, err := range c.Received(b.Context(), announcer) {
			if err != nil {
				b.Fatal(err)
			}
			got++
		}
		return got
	}
	ways := []struct {
		name string
		do   func() int
		took time.Duration
	}{
		{name: "listed", do: func() int { return listed() }},
		{name: "unread", do: func() int { return listed(grpc.ForceCodec(readError{})) }},
		{name: "received", do: received},
	}
	for b.Loop() {
		for i := range ways {
			begin := time.Now()
			if got := ways[i].do(); got != n {
				b.Fatalf("%s: %d routes of %d", ways[i].name, got, n)
			}
			ways[i].took += time.Since(begin)
		}
	}
	for _, w := range ways {
		b.ReportMetric(float64(n)*float64(b.N)/w.took.Seconds(), w.name+"/s")
	}
	b.ReportMetric(ways[2].took.Seconds()/ways[1].took.Seconds(), "received/unread")
}

// BenchmarkState reads a set of many entries.
func BenchmarkState(b *testing.B) {
	n := many(b, 300_000)
	d := testbed.Gobgpd(b, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(b, d)
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
		if s.Sets[plan.ObjectOf(policy.Sets[0])].Len() != n || len(s.Conflicts) != 0 {
			b.Fatal(s.Conflicts)
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
	return build.Policy(&filters.Compiled{Filters: []filters.Filter{{Treatment: "depeer",
		Prefixes: filters.Entries{IPv4: entries}}}}, []policies.Treatment{{Name: "depeer", Reject: true}}, 64500)
}

// Row 36 of what must be survived: 300,000 entries are one message.
func TestManyEntries(t *testing.T) {
	t.Parallel()
	const n = 300_000
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, d)
	want := wide(n)
	do(t, c, plan.To(state(t, c), want, "a").Calls()...)
	s := state(t, c)
	if got := s.Sets[plan.ObjectOf(want.Sets[0])].Len(); got != n || len(s.Conflicts) != 0 {
		t.Errorf("%d entries of %d; strange %v", got, n, s.Conflicts)
	}
	do(t, c, plan.To(s, &policies.RoutingPolicy{}, "b").Calls()...)
	if s := state(t, c); len(s.Sets) != 0 {
		t.Errorf("sets that are left: %d", len(s.Sets))
	}
}
