package plan

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// gobgpd makes a dynamic neighbor from a peer group when a session comes from an address in a range of the
// group. It drops the neighbor with the session (TestFactDynamicNeighborKeepsItsLists):
//
//   - The neighbor takes its lists of policies from the group when its session comes up. Editing the
//     group and reloading change nothing for sessions that are up.
//   - A list can be assigned to a neighbor that is up, as to any other client. The next session has
//     the group's list again.
//
// So in the long run the group's list counts. A session can lack our policies after a Clear, or if its
// group was edited since. It then gets them in the place that the group gives them. If the group does not
// list our policies, an assigned list would be lost with the next session, unnoticed: that is an obstacle.
// Clear removes our policies from live sessions all the same: if a list names a policy that the file no
// longer defines, the next reload rejects all routes.

// Group is a peer group of dynamic neighbors.
type Group struct {
	RouteServer    bool // they are route-server clients
	Import, Export []string
}

// listOf returns the group's policies in one direction.
func (g Group) listOf(isImport bool) []string {
	if isImport {
		return g.Import
	}
	return g.Export
}

// listOf returns the client's policies in one direction.
func (c Client) listOf(isImport bool) []string {
	if isImport {
		return c.Import.Policies
	}
	return c.Export.Policies
}

// policyOf returns our policy of a direction.
func policyOf(isImport bool) string {
	if isImport {
		return policies.ImportPolicy
	}
	return policies.ExportPolicy
}

// placeOurs returns the list of a client with our policy in it. The policy stands in front, or where the
// peer group of a dynamic neighbor has it, if nothing else differs from the group's list. ok is false if
// the group does not list our policy, or does not exist.
func (s *State) placeOurs(c Client, isImport bool) (list []string, ok bool) {
	ours, now := policyOf(isImport), c.listOf(isImport)
	front := append([]string{ours}, now...)
	if !c.Dynamic {
		return front, true
	}
	group := s.Groups[c.Group].listOf(isImport)
	switch {
	case !slices.Contains(group, ours):
		return nil, false
	case slices.Equal(withoutElements(group, []string{ours}), now):
		return slices.Clone(group), true
	default:
		return front, true
	}
}

// asItsGroup says whether a client is a dynamic neighbor with its peer group's list: no other list has been
// assigned since its session came up.
func (s *State) asItsGroup(c Client, isImport bool) bool {
	return c.Dynamic && slices.Equal(c.listOf(isImport), s.Groups[c.Group].listOf(isImport))
}

// Listing returns the peer groups that list one of our policies. New sessions from them have it, even
// after a Clear.
func (s *State) Listing() []string {
	return slices.DeleteFunc(sortedKeys(s.Groups), func(name string) bool {
		g := s.Groups[name]
		return !g.RouteServer || !slices.Contains(g.Import, policies.ImportPolicy) &&
			!slices.Contains(g.Export, policies.ExportPolicy)
	})
}

// describeLacking says which list a peer group has that does not list our policy, and which it should have.
func (s *State) describeLacking(group string, isImport bool) string {
	ours, key := policyOf(isImport), "export-policy-list"
	if isImport {
		key = "import-policy-list"
	}
	g, there := s.Groups[group]
	if !there {
		return fmt.Sprintf("a dynamic neighbor takes its lists from its peer group when its session comes up, and "+
			"peer group %s is gone: the session lacks %s", group, ours)
	}
	var quoted []string
	for _, name := range append([]string{ours}, withoutElements(g.listOf(isImport), []string{ours})...) {
		quoted = append(quoted, fmt.Sprintf("%q", name))
	}
	return fmt.Sprintf("a dynamic neighbor takes its lists from its peer group when its session comes up, and peer "+
		"group %s does not list %s; right is %s = [%s]",
		group, ours, key, strings.Join(quoted, ", "))
}

// compareGroups adds the peer groups whose next sessions will lack our policies.
func (d *drift) compareGroups() {
	for _, name := range sortedKeys(d.state.Groups) {
		g := d.state.Groups[name]
		for _, isImport := range []bool{true, false} {
			if g.RouteServer && !slices.Contains(g.listOf(isImport), policyOf(isImport)) {
				d.addDrift(Object{PeerGroup, name}, "%s", d.state.describeLacking(name, isImport))
			}
		}
	}
}
