package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"depeer/filters"
	"depeer/policies"
)

// Config describes a lab.
type Config struct {
	ASN     filters.ASN  // the route server's; 64500 where it is 0
	Members []Member     // at least one; their ASNs differ
	Logger  *slog.Logger // what GoBGP logs, warnings of session set-up among it; nil: nowhere
}

// Lab is a running exchange. Its methods are safe for concurrent use; after
// Close they fail.
type Lab struct {
	rs      *routeServer
	members []*speaker
	close   func()
}

// Start starts the route server and its members. It returns when all sessions are established and
// every member holds what the route server has for it. ctx bounds the start only; the lab runs
// until Close. On an error nothing is left running.
func Start(ctx context.Context, c Config) (_ *Lab, err error) {
	if c.ASN == 0 {
		c.ASN = 64500
	}
	members, err := placeMembers(c.Members)
	if err != nil {
		return nil, err
	}
	l := &Lab{}
	l.close = sync.OnceFunc(l.stop)
	defer func() {
		if err != nil {
			l.close()
		}
	}()
	// Every speaker is started before the first session: starting one writes
	// GoBGP's package variables, which sessions read.
	for _, m := range members {
		s, err := newSpeaker(ctx, m, c.Logger)
		if err != nil {
			return nil, err
		}
		l.members = append(l.members, s)
	}
	if l.rs, err = newRouteServer(ctx, c.ASN, members, c.Logger); err != nil {
		return nil, fmt.Errorf("route server: %w", err)
	}
	for _, s := range l.members {
		if err := s.openSession(ctx, l.rs.bgpAddress, uint32(c.ASN)); err != nil {
			return nil, err
		}
	}
	if err := l.waitSettled(ctx); err != nil {
		return nil, fmt.Errorf("waiting for the members' sessions: %w", err)
	}
	return l, nil
}

// placeMembers checks members, and gives those without an address one that can be used.
func placeMembers(members []Member) ([]Member, error) {
	if len(members) == 0 {
		return nil, errors.New("a lab needs members")
	}
	placed := slices.Clone(members)
	next := netip.MustParseAddr("127.0.0.1")
	for i := range placed {
		m := &placed[i]
		if !m.Address.IsValid() {
			next = next.Next()
			m.Address = next
		}
		for _, other := range placed[:i] {
			if other.ASN == m.ASN || other.Address == m.Address {
				return nil, fmt.Errorf("two members are AS%s at %s", m.ASN, m.Address)
			}
		}
		for _, r := range m.Announces {
			if len(r.Path) == 0 || r.Path[0] != m.ASN {
				return nil, fmt.Errorf("member AS%s: the path of %s does not start with it", m.ASN, r.Prefix)
			}
		}
		free, err := net.Listen("tcp", netip.AddrPortFrom(m.Address, 0).String())
		if err != nil {
			return nil, fmt.Errorf("member AS%s needs the address %s on loopback: %w", m.ASN, m.Address, err)
		}
		free.Close()
	}
	return placed, nil
}

// Target returns the address of the route server's API: 127.0.0.1:PORT, in plain text.
func (l *Lab) Target() string { return l.rs.apiAddress.String() }

// ASN returns the route server's ASN.
func (l *Lab) ASN() filters.ASN { return l.rs.asn }

// Members returns the members with their addresses, in the order of Config.
func (l *Lab) Members() []Member {
	members := make([]Member, 0, len(l.members))
	for _, s := range l.members {
		members = append(members, s.Member)
	}
	return members
}

// Holds returns the routes that a member has from the route server, read from
// the member's own table and sorted by prefix. Peer is the member that announces
// the route.
func (l *Lab) Holds(ctx context.Context, member filters.ASN) ([]policies.Route, error) {
	for _, s := range l.members {
		if s.ASN == member {
			return s.readHeld(ctx, l.rs.bgpAddress.Addr())
		}
	}
	return nil, fmt.Errorf("AS%s is no member of this lab", member)
}

// Settle returns when every member holds what the route server has for it: changes made over the
// API have arrived then.
func (l *Lab) Settle(ctx context.Context) error {
	if err := l.waitSettled(ctx); err != nil {
		return fmt.Errorf("waiting for the members: %w", err)
	}
	return nil
}

// Close ends all sessions and frees all ports. It may be called more than once.
func (l *Lab) Close() { l.close() }

// stop stops what was started. It abandons a server that does not stop in time: that holds only
// memory, which ends with the process.
func (l *Lab) stop() {
	var wg sync.WaitGroup
	for _, s := range l.members {
		s.stop()
	}
	if l.rs != nil {
		wg.Go(l.rs.stop)
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
	}
}
