package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Digest returns a SHA-256 of all statements and sets by what they contain: a set that was
// changed under its old name has another one. The order of sets, and of elements in a set,
// means nothing. Sessions are not in it: what lists ask for names ASNs, and what is in force
// addresses.
func (p *RoutingPolicy) Digest() string {
	h := sha256.New()
	for _, set := range inOrder(p.Sets, CompareSets) {
		fmt.Fprintln(h, set.Kind(), set.Name)
		for line := range set.Elements.inOwnOrder().Lines() {
			fmt.Fprintln(h, line)
		}
	}
	for _, s := range p.Import {
		fmt.Fprintln(h, "import", s.Text())
	}
	for _, s := range p.Export {
		fmt.Fprintln(h, "export", s.Text())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Empty says whether p does nothing: it has no statement, and shuts no session.
func (p *RoutingPolicy) Empty() bool {
	return len(p.Import)+len(p.Export)+len(p.Sessions) == 0
}
