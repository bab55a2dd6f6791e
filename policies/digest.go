package policies

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/netip"

	"depeer/filters"
)

// Digest returns a SHA-256 of all statements and sets by what they contain: a set that was
// changed under its old name has another one. The order of sets, and of elements in a set,
// means nothing. Sessions are not in it: what lists ask for names ASNs, and what is in force
// addresses.
func (p *RoutingPolicy) Digest() string {
	h := sha256.New()
	for _, set := range byName(p.PrefixSets, func(s PrefixSet) string { return s.Name }) {
		writeSet(h, "prefix", set.Name, inOrder(set.Entries, compareEntries), entryLine)
	}
	for _, set := range byName(p.NeighborSets, func(s NeighborSet) string { return s.Name }) {
		writeSet(h, "neighbor", set.Name, inOrder(set.Addresses, netip.Addr.Compare), netip.Addr.String)
	}
	for _, set := range byName(p.ASPathSets, func(s ASPathSet) string { return s.Name }) {
		writeSet(h, "as-path", set.Name, inOrder(set.Patterns, comparePatterns), ASPathPattern.String)
	}
	for _, set := range byName(p.LargeCommunitySets, func(s LargeCommunitySet) string { return s.Name }) {
		writeSet(h, "large-community", set.Name, inOrder(set.Patterns, LargeCommunityPattern.comparePattern),
			LargeCommunityPattern.String)
	}
	for _, s := range p.Import {
		fmt.Fprintln(h, "import", s.Text())
	}
	for _, s := range p.Export {
		fmt.Fprintln(h, "export", s.Text())
	}
	return hex.EncodeToString(h.Sum(nil))
}

func writeSet[E any](h hash.Hash, kind, name string, elements []E, line func(E) string) {
	fmt.Fprintln(h, kind, name)
	for _, e := range elements {
		fmt.Fprintln(h, line(e))
	}
}

func byName[S any](sets []S, name func(S) string) []S {
	return inOrder(sets, func(a, b S) int { return cmp.Compare(name(a), name(b)) })
}

func compareEntries(a, b filters.Entry) int {
	return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.Min, b.Min), cmp.Compare(a.Max, b.Max))
}

func comparePatterns(a, b ASPathPattern) int {
	return cmp.Or(cmp.Compare(a.ASN, b.ASN), cmp.Compare(a.Where, b.Where))
}

// Empty says whether p does nothing: it has no statement, and shuts no session.
func (p *RoutingPolicy) Empty() bool {
	return len(p.Import)+len(p.Export)+len(p.Sessions) == 0
}
