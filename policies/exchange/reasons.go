package exchange

import (
	"math"
	"slices"

	"depeer/filters/strict"
	"depeer/policies"
)

// A reason is a large community of the exchange itself that a route carries because of
// its treatment: ASN:reasons:reason. The exchange chooses the number in the middle, but not
// from 0 to 1999. Euro-IX assigns these to actions that members ask for (0 to 999) and to
// information from route servers (1000 to 1999; 1101 says why a route was filtered).
// Looking glasses and members' routers read them so. (Large BGP Communities, version 1.1,
// www.euro-ix.net/en/forixps/large-bgp-communities.) 0 as the last number is a wildcard
// there, so reasons begin with 1.

// euroIX is how many numbers in the middle Euro-IX assigns, from 0 on.
const euroIX = 2000

// reasonOf is the reason of a treatment.
type reasonOf struct {
	treatment string
	reason    uint32
}

// builtinTells are the reasons of the built-in treatments.
var builtinTells = []reasonOf{{"deprefer", 1}, {"tag", 2}}

// addReasons adds their reasons to treatments, if the ASN is known.
func (e *Exchange) addReasons() {
	if e.ASN == 0 || e.Reasons == 0 {
		return
	}
	e.Treatments = slices.Clone(e.Treatments)
	for i, t := range e.Treatments {
		for _, tells := range e.reasons {
			if tells.treatment == t.Name {
				e.Treatments[i] = t.Telling(policies.LargeCommunity{Global: uint32(e.ASN), Local1: e.Reasons,
					Local2: tells.reason})
			}
		}
	}
}

func readReasons(r *reader, n strict.Node) {
	v, ok := n.Uint(0, math.MaxUint32)
	marks, tags := policies.Marks(0).Local1, policies.TagSpace(0).Local1
	switch number := uint32(v); {
	case !ok:
	case number < euroIX:
		n.Errorf("reasons-euro-ix", "2000 or more",
			"large communities with %d in the middle mean what Euro-IX says: it assigns 0 to 1999", number)
	case number == marks || number == tags:
		n.Errorf("scratch-community", "another number",
			"large communities with %d in the middle are for the route server's own use, and never leave it", number)
	default:
		r.ex.Reasons, r.ex.reasonsAt = number, n.Position()
		r.deferCheck(func() { r.checkReasons(n) })
	}
}

// readReason reads the reason of one treatment.
func readReason(t *treatmentReader, n strict.Node) {
	v, ok := n.Uint(1, math.MaxUint32)
	if !ok {
		return
	}
	t.reason, t.tells = uint32(v), &n
	t.r.deferCheck(func() {
		if t.r.ex.Reasons == 0 {
			n.Errorf("reason-number", "exchange: {reasons: 66700}, or another number",
				"a reason is told by a large community, and its number in the middle is missing")
		}
	})
}

// checkReasons complains of reasons that are not used, or that a treatment's own large
// communities would be read as.
func (r *reader) checkReasons(n strict.Node) {
	if r.ex.Treatments != nil && len(r.ex.reasons) == 0 {
		n.Warnf("reasons-unused", "reason: 1, and so on", "no treatment tells a reason")
	}
	for _, t := range r.ex.Treatments {
		for _, c := range t.LargeCommunities {
			if c.Local1 == r.ex.Reasons {
				n.Errorf("reasons-taken", "another number", "treatment %s adds %s, which would be read as a reason",
					t.Name, c)
			}
		}
	}
}
