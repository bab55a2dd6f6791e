package length

import (
	"slices"

	"depeer/policies"
)

// receivers are members to whom routes of one family are sent in the same way, and on whom
// the export policy looks alike.
type receivers struct {
	way
	export  bool
	members []Member
}

// receiversOf puts members together. Each who has chosen something stands alone.
func receiversOf(q Question, is6 bool) []receivers {
	var out []receivers
	common := make(map[receiversKey]int)
	for _, m := range q.Members {
		if !m.takes(is6) {
			continue
		}
		key := receiversKey{way{m.addPath(is6)}, m.Export}
		at, known := common[key]
		if !known || q.Policy.Chooses(m.Address) {
			at = len(out)
			out = append(out, receivers{way: key.way, export: key.export})
			if !q.Policy.Chooses(m.Address) {
				common[key] = at
			}
		}
		out[at].members = append(out[at].members, m)
	}
	return out
}

type receiversKey struct {
	way
	export bool
}

func (m *Member) addPath(is6 bool) bool {
	if is6 {
		return m.AddPathIPv6
	}
	return m.AddPathIPv4
}

func (m *Member) takes(is6 bool) bool {
	if is6 {
		return m.Up && m.IPv6
	}
	return m.Up && m.IPv4
}

// offered says whether a member is offered a route: not its own, and none through its ASN
// unless it has secondary-route.
func (m *Member) offered(r *policies.Route) bool {
	return m.Address != r.Peer && (m.SecondaryRoute || !slices.Contains(r.Path, m.ASN))
}
