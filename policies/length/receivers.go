package length

import (
	"slices"

	"depeer/policies"
)

// receivers are members to whom routes of one family are sent in the same way, and whom the export
// policy treats alike.
type receivers struct {
	sendMode
	export  bool
	members []Member
}

// receiversOf groups members. A member that has made a choice has a group of its own.
func receiversOf(q Question, is6 bool) []receivers {
	var out []receivers
	common := make(map[receiversKey]int)
	for _, m := range q.Members {
		if !m.takesFamily(is6) {
			continue
		}
		key := receiversKey{sendMode{m.addPath(is6)}, m.Export}
		at, known := common[key]
		if !known || q.Policy.Chooses(m.Address) {
			at = len(out)
			out = append(out, receivers{sendMode: key.sendMode, export: key.export})
			if !q.Policy.Chooses(m.Address) {
				common[key] = at
			}
		}
		out[at].members = append(out[at].members, m)
	}
	return out
}

type receiversKey struct {
	sendMode
	export bool
}

func (m *Member) addPath(is6 bool) bool {
	if is6 {
		return m.AddPathIPv6
	}
	return m.AddPathIPv4
}

func (m *Member) takesFamily(is6 bool) bool {
	if is6 {
		return m.Up && m.IPv6
	}
	return m.Up && m.IPv4
}

// isOffered says whether a member is offered a route: not its own, and none through its ASN unless
// it has secondary-route.
func (m *Member) isOffered(r *policies.Route) bool {
	return m.Address != r.Peer && (m.SecondaryRoute || !slices.Contains(r.Path, m.ASN))
}
