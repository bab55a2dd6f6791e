package exchange

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/filters/diag"
)

// Facts are what a route server knows about itself. Guards look at them and at the
// exchange file, which may be older, or another exchange's.
type Facts struct {
	Name string // of the target: as the file has it, or its address
	ASN  filters.ASN
	// Peers are all its neighbors.
	Peers []Peer
}

// Peer is a neighbor of a route server.
type Peer struct {
	Address netip.Addr
	ASN     filters.ASN // 0: not known yet
	Client  bool        // a route-server client
}

// Equal says whether two route servers know the same.
func (f Facts) Equal(o Facts) bool {
	return f.Name == o.Name && f.ASN == o.ASN && slices.Equal(f.Peers, o.Peers)
}

// WithFacts returns the exchange as it is towards a route server: it is WithASN of the
// route server's ASN, and its Guard and Misfits look at all that the route server knows.
func (e *Exchange) WithFacts(f Facts) *Exchange {
	with := *e.WithASN(f.ASN)
	f.Peers = slices.Clone(f.Peers)
	with.facts = &f
	return &with
}

// Codes of Misfits.
const (
	CodeTargetASN = "target-asn"
	CodeMemberASN = "member-asn"
)

// Misfits returns the contradictions between the exchange file and the route server of
// WithFacts, sorted: the route server has another ASN than expected, or a member's address
// has another ASN there. Those that would put a policy into the wrong route server, or apply
// a choice to the wrong network, are Refused. The rest are warnings.
func (e *Exchange) Misfits() diag.List {
	var found diag.List
	if e.facts == nil {
		return nil
	}
	e.checkASN(&found)
	e.checkMembers(&found)
	found.Sort()
	return found
}

// checkASN compares the route server's ASN with the one that the file expects.
func (e *Exchange) checkASN(found *diag.List) {
	f := e.facts
	if t := e.currentTarget(); t != nil && t.ASN != 0 {
		if t.ASN != f.ASN {
			found.Refusef(t.ASNSource, CodeTargetASN, "asn: "+f.ASN.String()+", or the address of the right one",
				"target %s is said to be AS%s, and is AS%s", t.Name, t.ASN, f.ASN)
		}
		return
	}
	if e.asnSource == (diag.Position{}) || e.ASN == f.ASN {
		return // the file does not say, or says the same
	}
	found.Refusef(e.asnSource, CodeTargetASN,
		"asn: "+f.ASN.String()+" in the entry of that target under targets, if that is meant",
		"the exchange is AS%s, and %s is AS%s", e.ASN, f.Name, f.ASN)
}

// checkMembers compares the addresses of members with the route server's neighbors.
func (e *Exchange) checkMembers(found *diag.List) {
	peers := make(map[netip.Addr]Peer, len(e.facts.Peers))
	for _, p := range e.facts.Peers {
		peers[plainAddress(p.Address)] = p
	}
	for _, m := range e.Members {
		for _, a := range m.Addresses {
			p, there := peers[a]
			if !there || p.ASN == 0 || p.ASN == m.ASN {
				continue
			}
			message := fmt.Sprintf("%s is said to be of AS%s, and is of AS%s at %s", a, m.ASN, p.ASN, e.facts.Name)
			const hint = "the right asn, or the right address"
			if len(m.Choices) == 0 {
				found.Warnf(m.Source, CodeMemberASN, hint, "%s", message)
				continue
			}
			found.Refusef(m.Source, CodeMemberASN, hint, "%s: what AS%s has chosen would be done to AS%s", message,
				m.ASN, p.ASN)
		}
	}
}

// currentTarget returns the target of the file that the facts are of, or nil.
func (e *Exchange) currentTarget() *Target {
	for i := range e.Targets {
		if e.Targets[i].Name == e.facts.Name {
			return &e.Targets[i]
		}
	}
	return nil
}

// ownASNs returns the ASNs that no list may name, with their owner: the exchange's, and those
// of its route servers, according to the file and to the facts.
func (e *Exchange) ownASNs() map[filters.ASN]string {
	whose := make(map[filters.ASN]string)
	if e.facts != nil && e.facts.ASN != 0 {
		whose[e.facts.ASN] = e.facts.Name + "'s own"
	}
	for _, t := range e.Targets {
		if t.ASN != 0 {
			whose[t.ASN] = "target " + t.Name + "'s own" + formatPlace(t.ASNSource)
		}
	}
	if e.ASN != 0 {
		whose[e.ASN] = "the exchange's own" + formatPlace(e.asnSource)
	}
	return whose
}

// routeServerClients returns the route-server clients of the facts, by address.
func (e *Exchange) routeServerClients() []Peer {
	if e.facts == nil {
		return nil
	}
	var out []Peer
	for _, p := range e.facts.Peers {
		if p.Client {
			p.Address = plainAddress(p.Address)
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b Peer) int { return a.Address.Compare(b.Address) })
	return out
}

// guardedSessions returns the clients whose addresses no list may cover: all except those of
// members that the file says peer from their own space.
func (e *Exchange) guardedSessions() []Peer {
	return slices.DeleteFunc(e.routeServerClients(), func(p Peer) bool {
		return slices.ContainsFunc(e.Members, func(m Member) bool {
			return m.Wide && (p.ASN == 0 || p.ASN == m.ASN) && slices.Contains(m.Addresses, p.Address)
		})
	})
}

// plainAddress returns an address as the exchange file writes it.
func plainAddress(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

// peersWithin returns the peers with addresses in p. peers are sorted by address.
func peersWithin(p netip.Prefix, peers []Peer) []Peer {
	first, _ := slices.BinarySearchFunc(peers, p.Masked().Addr(),
		func(peer Peer, a netip.Addr) int { return peer.Address.Compare(a) })
	last := first
	for last < len(peers) && p.Contains(peers[last].Address) {
		last++
	}
	return peers[first:last]
}

// formatPeers lists a few peers.
func formatPeers(peers []Peer) string {
	const few = 3
	var words []string
	for i, p := range peers {
		if i == few {
			words = append(words, fmt.Sprintf("%d more", len(peers)-few))
			break
		}
		word := p.Address.String()
		if p.ASN != 0 {
			word += " of AS" + p.ASN.String()
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}
