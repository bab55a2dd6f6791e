//go:build unix

package eval_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// BenchmarkDaemon is what our policies cost gobgpd: a soft reset in of 100,000
// routes that nothing matches, with 1,700 listed prefixes (as many as Spamhaus
// lists): processor time, of the middle one of its rounds. Policies take turns, so
// that figures of one run can be compared.
func BenchmarkDaemon(b *testing.B) {
	variants := []struct {
		name   string
		policy *policies.RoutingPolicy
	}{
		{"none", &policies.RoutingPolicy{}},
		{"refusals", costly("depeer", "", "")},
		{"marks", costly("depeer", "deprefer", "tag")},
	}
	for _, carried := range []int{0, 5} {
		b.Run(fmt.Sprintf("%d-large-communities", carried), func(b *testing.B) {
			e, routes := crowded(b, carried)
			spent := make(map[string][]time.Duration)
			for b.Loop() {
				for _, v := range variants {
					e.load(v.policy)
					start := processorTime(b)
					e.check(e.server.ResetPeer(context.Background(), &api.ResetPeerRequest{
						Address: announcer.address.String(), Soft: true, Direction: api.ResetPeerRequest_IN,
					}))
					spent[v.name] = append(spent[v.name], processorTime(b)-start)
				}
			}
			for _, v := range variants {
				list := spent[v.name]
				slices.Sort(list)
				b.ReportMetric(float64(list[len(list)/2].Nanoseconds())/float64(routes), "ns/route-"+v.name)
			}
		})
	}
}

// processorTime is what this process has used: on a busy machine it says more than
// the clock.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// costly spreads listed prefixes, and ten ASNs, over treatments; "" for refusing
// those, too.
func costly(names ...string) *policies.RoutingPolicy {
	random := rand.New(rand.NewPCG(1, 2))
	treatments := policies.Builtin(64500)
	c := &filters.Compiled{}
	for i, name := range names {
		f := filters.Filter{Treatment: name}
		for range 1700 / len(names) {
			f.Prefixes.IPv4 = append(f.Prefixes.IPv4, entry4(random))
		}
		f.Prefixes.IPv4 = filters.Normalise(f.Prefixes.IPv4)
		for n := range 10 {
			f.ASNs = append(f.ASNs, filters.ASMatch{ASN: filters.ASN(100_000 + 100*i + n)})
		}
		if name == "" {
			f.Treatment = fmt.Sprint("refuse", i)
			treatments = append(treatments, policies.Treatment{Name: f.Treatment, Reject: true})
		}
		c.Filters = append(c.Filters, f)
	}
	return build.Policy(c, treatments, 64500)
}

// crowded is a server that holds routes, each with a number of large communities.
func crowded(b *testing.B, carried int) (e *engine, routes int) {
	const updates, each = 2_000, 50
	e = startEngine(b)
	s := announcer.dial(b, e)
	for i := range updates {
		r := policies.Route{Path: []filters.ASN{announcer.asn, 3356, 1299, filters.ASN(200_000 + i)}}
		for n := range carried {
			r.LargeCommunities = append(r.LargeCommunities,
				policies.LargeCommunity{Global: uint32(announcer.asn), Local1: uint32(n), Local2: uint32(i)})
		}
		prefixes := make([]netip.Prefix, each)
		for n := range prefixes {
			k := i*each + n
			prefixes[n] = netip.PrefixFrom(netip.AddrFrom4([4]byte{64 + byte(k>>16), byte(k >> 8), byte(k), 0}), 24)
		}
		s.send(announce(r, prefixes...))
	}
	for deadline := time.Now().Add(patience); ; {
		table, err := e.server.GetTable(context.Background(), &api.GetTableRequest{
			TableType: api.TableType_ADJ_IN, Name: announcer.address.String(),
			Family: &api.Family{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST},
		})
		e.check(err)
		if table.NumPath == updates*each {
			return e, updates * each
		}
		if time.Now().After(deadline) {
			b.Fatalf("the server holds %d routes, want %d", table.NumPath, updates*each)
		}
		<-time.After(100 * time.Millisecond) // to look takes the server's time
	}
}
