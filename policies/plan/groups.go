package plan

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// Dynamic neighbors: gobgpd makes one of a peer group when a session comes from an address in
// a range of the group, and drops it with the session. What holds for them
// (TestFactDynamicNeighborKeepsItsLists):
//
//   - The lists of policies are the group's as it is when the session comes up. An edit of the
//     group, and a reload, change nothing for sessions that are up.
//   - A list can be assigned to a live session like to any other client, unnoticed by it. The
//     next session has the group's again.
//
// So what a group lists is what counts in the long run. A session that lacks ours, because of
// a Clear or because its group was edited since, gets ours in the place that the group gives
// it. Where the group does not list ours, a place that is assigned would be gone with the next
// session, unseen: that is an obstacle. Clear takes ours out of live sessions all the same: a
// list that names a policy which the file does not define any more has the next reload reject
// all routes.

// Group is a peer group that takes dynamic neighbors in.
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

// placeOurs returns the list of a client with our policy in it: in front, or, where only ours is
// missing from what the peer group of a dynamic neighbor lists, as the group has it. ok is
// false where the group does not list ours, or is gone.
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

// asItsGroup says whether a client is a dynamic neighbor with the list that its peer group
// gives: its session came up since anybody has assigned another one.
func (s *State) asItsGroup(c Client, isImport bool) bool {
	return c.Dynamic && slices.Equal(c.listOf(isImport), s.Groups[c.Group].listOf(isImport))
}

// Listing returns the peer groups that list one of our policies: sessions that come up from
// them have it, whatever Clear has taken out of live ones.
func (s *State) Listing() []string {
	return slices.DeleteFunc(sortedKeys(s.Groups), func(name string) bool {
		g := s.Groups[name]
		return !g.RouteServer || !slices.Contains(g.Import, policies.ImportPolicy) &&
			!slices.Contains(g.Export, policies.ExportPolicy)
	})
}

// describeLacking says what is wrong with a peer group that does not list ours, and what is right.
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

// compareGroups looks at peer groups whose next session will lack ours.
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
