package gobgpconf

import (
	"fmt"
	"strings"

	"depeer/policies"
)

// checkPolicy returns an error for anything in p that gobgpd would misread, silently in most
// cases, and for names that are not ours. A policy that build.Policy made is valid; this is the
// last check before a route server starts from the file.
func checkPolicy(p *policies.RoutingPolicy) error {
	sets := make(map[policies.SetKind]knownNames)
	for _, kind := range policies.SetKinds {
		sets[kind] = knownNames{}
	}
	for _, s := range p.Sets {
		if err := sets[s.Kind()].addName(setWords[s.Kind()], s.Name, s.Elements.Len()); err != nil {
			return err
		}
		if err := checkSet(s); err != nil {
			return err
		}
	}
	statements := knownNames{} // of both policies: they share one space in gobgpd
	for i, list := range [][]policies.Statement{p.Import, p.Export} {
		for _, s := range list {
			if err := statements.addName("statement", s.Name, 1); err != nil {
				return err
			}
			if len(s.Actions.AddLargeCommunities) != 0 && len(s.Actions.DropLargeCommunities) != 0 {
				return fmt.Errorf("statement %q adds and drops large communities", s.Name)
			}
			if len(s.Actions.Communities) != 0 && len(s.Actions.DropCommunities) != 0 {
				return fmt.Errorf("statement %q adds and drops communities", s.Name)
			}
			c := s.Conditions
			if i == 0 && c.NeighborSet.Set != "" {
				return fmt.Errorf("statement %q asks whom a route is sent to, on import", s.Name)
			}
			for kind, condition := range c.All() {
				if !sets[kind].hasSet(*condition) {
					return fmt.Errorf("statement %q refers to a set that is not there", s.Name)
				}
			}
		}
	}
	return nil
}

type knownNames map[string]bool

func (n knownNames) addName(kind, name string, length int) error {
	switch {
	case !strings.HasPrefix(name, policies.Prefix):
		return fmt.Errorf("%s %q has a name that does not begin with %s", kind, name, policies.Prefix)
	case !isPlainASCII(name):
		return fmt.Errorf("%s %q has a name that is not printable ASCII", kind, name)
	case n[name]:
		return fmt.Errorf("%s %q is there twice", kind, name)
	case length == 0:
		return fmt.Errorf("%s %q is empty", kind, name)
	}
	n[name] = true
	return nil
}

func (n knownNames) hasSet(c policies.Condition) bool { return c.Set == "" || n[c.Set] }

// setWords are the names of kinds of sets in errors.
var setWords = map[policies.SetKind]string{policies.PrefixSet: "prefix set", policies.NeighborSet: "neighbor set",
	policies.ASPathSet: "AS path set", policies.LargeCommunitySet: "large community set"}

// checkSet returns an error for elements that gobgpd would misread.
func checkSet(s policies.Set) error {
	switch elements := s.Elements.(type) {
	case policies.Prefixes:
		return checkEntries(s.Name, elements)
	case policies.Neighbors:
		for _, a := range elements {
			if !a.IsValid() || a.Is4In6() || a.Zone() != "" {
				return fmt.Errorf("neighbor set %q: %v is no member's address", s.Name, a)
			}
		}
	}
	return nil
}

func checkEntries(name string, entries policies.Prefixes) error {
	for _, e := range entries {
		switch p := e.Prefix; {
		case !p.IsValid() || p != p.Masked() || p.Addr().Is4In6():
			return fmt.Errorf("prefix set %q: %v is no masked prefix", name, p)
		case p.Addr().Is4() != entries[0].Prefix.Addr().Is4():
			return fmt.Errorf("prefix set %q mixes families", name)
		case int(e.Min) < p.Bits() || e.Min > e.Max || int(e.Max) > p.Addr().BitLen():
			return fmt.Errorf("prefix set %q: no lengths %d to %d in %v", name, e.Min, e.Max, p)
		}
	}
	return nil
}

// isPlainASCII says whether s is printable ASCII throughout.
func isPlainASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
