package plan

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// Only route-server clients have lists of policies of their own, and only their lists get our policies. All
// other neighbors obey the global lists: gobgpd 3.37 ignores the lists in their own sections. So our
// policies do not reach them. Our policies must not stand in a global list either: there they would act on
// routes that no plan has counted.

// OutOfReach returns the neighbors that are no route-server clients, by address.
func (s *State) OutOfReach() []Client {
	var out []Client
	for _, c := range s.Clients {
		if !c.RouteServer {
			out = append(out, c)
		}
	}
	return out
}

// ReachObstacles returns why our policies would act on no client, or on neighbors that are no clients. These
// obstacles stop a plan and its apply, and never a rollback.
func (s *State) ReachObstacles() []Obstacle {
	var out []Obstacle
	for _, d := range s.globalLists() {
		for _, name := range d.ours {
			out = append(out, Obstacle{GlobalList, d.Object.String(),
				fmt.Sprintf("names %s, which would act on neighbors that are no route-server clients", name)})
		}
	}
	if !s.HasClients() {
		out = append(out, Obstacle{NoClient, "neighbors", s.withoutClients()})
	}
	return out
}

// HasClients says whether any neighbor is a route-server client, or a peer group makes
// clients of the dynamic neighbors that it takes in.
func (s *State) HasClients() bool {
	for _, g := range s.Groups {
		if g.RouteServer {
			return true
		}
	}
	return slices.ContainsFunc(s.Clients, func(c Client) bool { return c.RouteServer })
}

// withoutClients describes the neighbors of a route server without clients.
func (s *State) withoutClients() string {
	others := s.OutOfReach()
	if len(others) == 0 {
		return "there are none: nothing would be treated"
	}
	const few = 3
	var words []string
	for i, c := range others {
		if i == few {
			words = append(words, fmt.Sprintf("%d more", len(others)-few))
			break
		}
		words = append(words, fmt.Sprintf("%s AS%s", c.Address, c.ASN))
	}
	return "none is a route-server client, and nothing would be treated: " + strings.Join(words, ", ")
}

// globalList is a global list with policies of ours in it.
type globalList struct {
	Object
	ours []string
}

func (s *State) globalLists() []globalList {
	var out []globalList
	for _, d := range []struct {
		kind Kind
		list []string
	}{{ImportAssignment, s.GlobalImport.Policies}, {ExportAssignment, s.GlobalExport.Policies}} {
		l := globalList{Object: Object{d.kind, GlobalName}}
		for _, name := range d.list {
			if (name == policies.ImportPolicy || name == policies.ExportPolicy) && !slices.Contains(l.ours, name) {
				l.ours = append(l.ours, name)
			}
		}
		if len(l.ours) > 0 {
			out = append(out, l)
		}
	}
	return out
}

// ReachDrift returns ReachObstacles as drift. Drift omits these, because no change of ours can resolve them,
// and because they do not depend on what is in force.
func ReachDrift(s *State) []Drifted {
	var out []Drifted
	for _, d := range s.globalLists() {
		for _, name := range d.ours {
			out = append(out, Drifted{Object: d.Object,
				What: "has " + name + ": it acts on neighbors that are no route-server clients"})
		}
	}
	if !s.HasClients() {
		out = append(out, Drifted{Object: Object{Neighbor, "*"},
			What: "no neighbor is a route-server client: nothing is treated"})
	}
	return out
}
