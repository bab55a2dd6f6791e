package judge

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/config/oc"

	"depeer/policies/plan"
)

// fileMeaning is the content of a file, as gobgpd has read it.
type fileMeaning struct {
	c               *oc.BgpConfigSet
	keys            statementKeys
	whyNotListening string // why a start cannot listen
	lost            bool   // a start loads no policy; a reload then changes none
}

func meaningOf(c *oc.BgpConfigSet) *fileMeaning { return &fileMeaning{c: c} }

// copyConfig returns a copy of the configuration to load: gobgpd's code changes neighbors in place.
func (m *fileMeaning) copyConfig() *oc.BgpConfigSet {
	c := *m.c
	c.Neighbors = slices.Clone(m.c.Neighbors)
	c.PeerGroups = slices.Clone(m.c.PeerGroups)
	return &c
}

// withoutMistakes returns the file without its mistakes in neighbors, and without policy: the start
// of a reload when the loaded file is not known.
func (m *fileMeaning) withoutMistakes() *oc.BgpConfigSet {
	c := m.copyConfig()
	c.DefinedSets, c.PolicyDefinitions = oc.DefinedSets{}, nil
	groups, seen := map[string]bool{}, map[string]bool{}
	c.PeerGroups = slices.DeleteFunc(c.PeerGroups, func(g oc.PeerGroup) bool {
		twice := groups[g.Config.PeerGroupName]
		groups[g.Config.PeerGroupName] = true
		return twice
	})
	c.Neighbors = slices.DeleteFunc(c.Neighbors, func(n oc.Neighbor) bool {
		twice := seen[addressOf(n)]
		seen[addressOf(n)] = true
		return twice
	})
	for i := range c.Neighbors {
		n := &c.Neighbors[i]
		n.State.NeighborAddress = addressOf(*n)
		if !groups[n.Config.PeerGroup] {
			n.Config.PeerGroup = ""
		}
	}
	return c
}

// withoutStatements returns the file with the names of its policies, and nothing in them.
func (m *fileMeaning) withoutStatements() *oc.BgpConfigSet {
	c := m.copyConfig()
	c.DefinedSets, c.PolicyDefinitions = oc.DefinedSets{}, nil
	for _, p := range m.c.PolicyDefinitions {
		c.PolicyDefinitions = append(c.PolicyDefinitions, oc.PolicyDefinition{Name: p.Name})
	}
	return c
}

// addressOf returns gobgpd's name of a neighbor.
func addressOf(n oc.Neighbor) string {
	return cmp.Or(n.State.NeighborAddress, n.Config.NeighborAddress, n.Config.NeighborInterface)
}

func (m *fileMeaning) countClients() int {
	n := 0
	for _, neighbor := range m.c.Neighbors {
		if neighbor.RouteServer.Config.RouteServerClient {
			n++
		}
	}
	return n
}

// isPolicyLost says whether the engine lacks policies of the file, and why, if gobgpd says that.
func (m *fileMeaning) isPolicyLost(ctx context.Context, e *engine, lines []line) (why string, lost bool) {
	held := map[string][]string{}
	err := e.bgp.ListPolicy(ctx, &api.ListPolicyRequest{}, func(p *api.Policy) {
		held[p.Name] = []string{}
		for _, s := range p.Statements {
			held[p.Name] = append(held[p.Name], s.Name)
		}
	})
	if err != nil {
		return err.Error(), true
	}
	for _, p := range m.c.PolicyDefinitions {
		got, ok := held[p.Name]
		lost = lost || !ok || len(got) != len(p.Statements)
	}
	for _, k := range kinds {
		lost = lost || m.isSetLost(ctx, e, k)
	}
	for _, l := range lines {
		if l.msg == "failed to create routing policy" || l.msg == policyUnread {
			return l.err, true
		}
	}
	return "", lost
}

// isSetLost says whether the engine lacks a set of the file.
func (m *fileMeaning) isSetLost(ctx context.Context, e *engine, k kind) bool {
	held := map[string]bool{}
	if err := e.bgp.ListDefinedSet(ctx, &api.ListDefinedSetRequest{DefinedType: k.api},
		func(s *api.DefinedSet) { held[s.Name] = true }); err != nil {
		return true
	}
	return slices.ContainsFunc(k.names(&m.c.DefinedSets), func(name string) bool { return !held[name] })
}

// wrongNeighbors returns the neighbors that differ from the file after a start.
func (m *fileMeaning) wrongNeighbors(state *plan.State, lines []line) []Problem {
	held := clientsByAddress(state)
	why := map[string]string{}
	for _, l := range lines {
		if l.key != "" && l.err != "" {
			why[l.key] = l.err
		}
	}
	var out []Problem
	seen := map[string]bool{}
	for i, n := range m.c.Neighbors {
		address := addressOf(n)
		if seen[address] {
			continue
		}
		seen[address] = true
		p := Problem{Kind: Lost, Object: "neighbor " + address,
			Path: fmt.Sprintf("neighbors[%d].config.neighbor-address", i)}
		parsed, _ := netip.ParseAddr(address)
		c, ok := held[parsed]
		switch {
		case !ok:
			p.Path = fmt.Sprintf("neighbors[%d].config.peer-group", i)
			p.Why = cmp.Or(why[address], why[n.Config.NeighborAddress], "it is missing")
		case c.RouteServer != n.RouteServer.Config.RouteServerClient:
			p.Why = "it is another peer than the file means"
		case !c.RouteServer:
			continue
		default:
			out = append(out, wrongLists(i, n, c, p.Object)...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// wrongLists compares a client's lists with those in the file.
func wrongLists(i int, n oc.Neighbor, c plan.Client, object string) []Problem {
	var out []Problem
	a := n.ApplyPolicy.Config
	for _, d := range []struct {
		key  string
		want []string
		has  plan.Assignment
		kind Kind
		what string
	}{
		{"import-policy-list", a.ImportPolicyList, c.Import, Rejects, "every route of it is rejected"},
		{"export-policy-list", a.ExportPolicyList, c.Export, Rejects, "it is sent no route"},
	} {
		if d.has.Default == plan.None || !slices.Equal(d.want, d.has.Policies) {
			out = append(out, Problem{Kind: d.kind, Object: object,
				Path: fmt.Sprintf("neighbors[%d].apply-policy.config.%s", i, d.key), Why: d.what + whyRefused(d.want)})
		}
	}
	return out
}

// whyRefused says what is wrong with a list by itself.
func whyRefused(list []string) string {
	seen := map[string]bool{}
	for _, name := range list {
		if seen[name] {
			return fmt.Sprintf(": %q stands twice in its list", name)
		}
		seen[name] = true
	}
	return ""
}

// lostNeighbors returns the neighbors that run before a reload, and are missing or different after
// it.
func (m *fileMeaning) lostNeighbors(before, after *plan.State, live bool) []Problem {
	held, meant := clientsByAddress(after), map[netip.Addr]int{}
	for i, n := range m.c.Neighbors {
		if address, err := netip.ParseAddr(addressOf(n)); err == nil {
			if _, ok := meant[address]; !ok {
				meant[address] = i
			}
		}
	}
	var out []Problem
	for _, had := range before.Clients {
		i, ok := meant[had.Address]
		p := Problem{Kind: Lost, Object: "neighbor " + had.Address.String()}
		if ok {
			p.Path = fmt.Sprintf("neighbors[%d].config.neighbor-address", i)
		}
		has, runs := held[had.Address]
		switch {
		case !runs && ok:
			p.Why = "it is deleted, though the file has it"
		case ok && has.RouteServer != m.c.Neighbors[i].RouteServer.Config.RouteServerClient:
			p.Why = "it becomes another peer: as a section further down has it"
		default:
			continue
		}
		out = append(out, p)
	}
	return out
}

func clientsByAddress(s *plan.State) map[netip.Addr]plan.Client {
	out := make(map[netip.Addr]plan.Client, len(s.Clients))
	for _, c := range s.Clients {
		out[c.Address] = c
	}
	return out
}

// wrongGroups returns the peer groups whose neighbors are rejected when they come up. gobgpd checks
// the lists of a group with dynamic neighbors only then.
func (m *fileMeaning) wrongGroups() []Problem {
	taking, defined := map[string]bool{}, map[string]bool{}
	for _, n := range m.c.DynamicNeighbors {
		taking[n.Config.PeerGroup] = true
	}
	for _, p := range m.c.PolicyDefinitions {
		defined[p.Name] = true
	}
	var out []Problem
	for i, g := range m.c.PeerGroups {
		if !taking[g.Config.PeerGroupName] || !g.RouteServer.Config.RouteServerClient {
			continue
		}
		a := g.ApplyPolicy.Config
		for _, d := range []struct {
			key  string
			list []string
			what string
		}{
			{"import-policy-list", a.ImportPolicyList, "every route of a neighbor that comes by it is rejected"},
			{"export-policy-list", a.ExportPolicyList, "a neighbor that comes by it is sent no route"},
		} {
			why := whyRefused(d.list)
			if k := slices.IndexFunc(d.list, func(name string) bool { return !defined[name] }); why == "" && k >= 0 {
				why = fmt.Sprintf(": %q is not defined", d.list[k])
			}
			if why != "" {
				out = append(out, Problem{Rejects, "peer group " + g.Config.PeerGroupName,
					fmt.Sprintf("peer-groups[%d].apply-policy.config.%s", i, d.key), d.what + why})
			}
		}
	}
	return out
}

// wrongGlobalLists compares the global lists, which apply to peers that are no clients.
func (m *fileMeaning) wrongGlobalLists(ctx context.Context, e *engine) []Problem {
	var out []Problem
	a := m.c.Global.ApplyPolicy.Config
	for _, d := range []struct {
		direction api.PolicyDirection
		key       string
		want      []string
	}{
		{api.PolicyDirection_IMPORT, "import-policy-list", a.ImportPolicyList},
		{api.PolicyDirection_EXPORT, "export-policy-list", a.ExportPolicyList},
	} {
		var has []string
		err := e.bgp.ListPolicyAssignment(ctx, &api.ListPolicyAssignmentRequest{Name: "global", Direction: d.direction},
			func(p *api.PolicyAssignment) {
				for _, policy := range p.Policies {
					has = append(has, policy.Name)
				}
			})
		if err != nil || !slices.Equal(has, d.want) {
			out = append(out, Problem{Kind: Rejects, Object: "global", Path: "global.apply-policy.config." + d.key,
				Why: "its list is not taken" + whyRefused(d.want)})
		}
	}
	return out
}

// findDuplicates returns the neighbors, groups and sets that appear twice.
func (m *fileMeaning) findDuplicates() []Problem {
	var out []Problem
	again := func(names []string, object, path, why string) {
		seen := map[string]bool{}
		for i, name := range names {
			if seen[name] && name != "" {
				out = append(out, Problem{Kind: Twice, Object: object + " " + name, Path: fmt.Sprintf(path, i),
					Why: why})
			}
			seen[name] = true
		}
	}
	var neighbors, groups []string
	for _, n := range m.c.Neighbors {
		neighbors = append(neighbors, addressOf(n))
	}
	for _, g := range m.c.PeerGroups {
		groups = append(groups, g.Config.PeerGroupName)
	}
	again(neighbors, "neighbor", "neighbors[%d].config.neighbor-address",
		"it is there twice, and only the first holds at a start")
	again(groups, "peer group", "peer-groups[%d].config.peer-group-name", "it is there twice, and only the first holds")
	for _, k := range kinds {
		again(k.names(&m.c.DefinedSets), k.word, k.path+"[%d]."+k.key, "it is there twice, and only the last holds")
	}
	return out
}
