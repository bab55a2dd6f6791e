package gobgp

import (
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/plan"
)

// readAgreed reads what both sides of a session have agreed on. The zero value stands for a
// session that is not up.
func readAgreed(p *api.Peer) plan.Agreed {
	if p.GetState().GetSessionState() != api.PeerState_ESTABLISHED {
		return plan.Agreed{}
	}
	out := plan.Agreed{TwoOctets: true}
	takes := make(map[api.Family_Afi]bool) // path identifiers
	for _, any := range p.GetState().GetRemoteCap() {
		message, err := any.UnmarshalNew()
		if err != nil {
			continue // a capability that this API does not know
		}
		switch c := message.(type) {
		case *api.FourOctetASNCapability:
			out.TwoOctets = false
		case *api.AddPathCapability:
			for _, t := range c.Tuples {
				mode := t.Mode
				takes[t.GetFamily().GetAfi()] = mode == api.AddPathCapabilityTuple_RECEIVE ||
					mode == api.AddPathCapabilityTuple_BOTH
			}
		}
	}
	for _, family := range p.GetAfiSafis() {
		afi := family.GetConfig().GetFamily().GetAfi()
		if family.GetAddPaths().GetConfig().GetSendMax() == 0 || !takes[afi] {
			continue
		}
		switch afi {
		case api.Family_AFI_IP:
			out.AddPathIPv4 = true
		case api.Family_AFI_IP6:
			out.AddPathIPv6 = true
		}
	}
	return out
}
