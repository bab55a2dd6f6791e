package gobgp

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
)

// State reads all policy. gobgpd has no single call for that, so State reads it in parts, between two readings
// of the policies and their statements. If these differ, State reads everything again. After several
// attempts it returns an error: another process is changing the policy. So the sets are those of these
// statements. A set or a gate that is edited in place meanwhile is as before or as after.
//
// Objects with names of ours that we cannot have made are in Conflicts. If our types can express them, they are
// among our objects as well, so that --take-over finds there what to remove. A condition on a route's origin
// is not seen: gobgpd 3.37 does not list it.
//
// Errors wrap plan.ErrUnreachable, or plan.ErrRefused.
func (c *Client) State(ctx context.Context) (*plan.State, error) {
	for range readings {
		s, err := c.readState(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.address, err)
		}
		if s != nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: its policy changed each time while it was read", c.address, plan.ErrUnreachable)
}

// readings is the number of attempts to read a policy that changes meanwhile.
const readings = 10

// readState returns nil if the policy changed meanwhile.
func (c *Client) readState(ctx context.Context) (*plan.State, error) {
	var r reader
	before, err := c.listLoadedPolicy(ctx)
	if err != nil {
		return nil, err
	}
	r.beginState()
	if err := c.readServer(ctx, &r); err != nil {
		return nil, err
	}
	for _, kind := range setKinds {
		r.kind = kind
		err := listStream(ctx, c, c.api.ListDefinedSet, &api.ListDefinedSetRequest{DefinedType: definedTypes[kind]},
			func(a *api.ListDefinedSetResponse) { r.readSet(a.DefinedSet) })
		if err != nil {
			return nil, err
		}
	}
	after, err := c.listLoadedPolicy(ctx)
	if err != nil {
		return nil, err
	}
	if before.computeDigest() != after.computeDigest() || !r.isAssignedComplete() {
		return nil, nil
	}
	for name, n := range r.clients {
		c.noteSpelling(n.Address, name)
	}
	r.readLoadedPolicy(after)
	r.sortState()
	return r.State, nil
}

// setKinds are the kinds of sets, in the order of reading.
var setKinds = []plan.Kind{plan.NeighborSet, plan.CommunitySet, plan.ASPathSet, plan.ExtCommunitySet,
	plan.LargeCommunitySet, plan.PrefixSet}

// loadedPolicy is what gobgpd runs: policies, and all registered statements.
type loadedPolicy struct {
	policies   []*api.Policy
	statements []*api.Statement
}

func (c *Client) listLoadedPolicy(ctx context.Context) (*loadedPolicy, error) {
	var p loadedPolicy
	err := listStream(ctx, c, c.api.ListPolicy, &api.ListPolicyRequest{},
		func(a *api.ListPolicyResponse) { p.policies = append(p.policies, a.Policy) })
	if err != nil {
		return nil, err
	}
	err = listStream(ctx, c, c.api.ListStatement, &api.ListStatementRequest{},
		func(a *api.ListStatementResponse) { p.statements = append(p.statements, a.Statement) })
	return &p, err
}

func (p *loadedPolicy) computeDigest() [sha256.Size]byte {
	var lines []string
	for _, policy := range p.policies {
		lines = append(lines, canonicalText(policy))
	}
	for _, s := range p.statements {
		lines = append(lines, canonicalText(s))
	}
	slices.Sort(lines)
	return sha256.Sum256([]byte(fmt.Sprintf("%q", lines)))
}

// reader makes a State of what gobgpd answers.
type reader struct {
	*plan.State
	kind    plan.Kind // of the sets that are being read
	clients map[string]*client
	// elements are those of sets that are not ours, of the kinds that are looked at.
	elements map[plan.Object][]string
}

type client struct {
	plan.Client
	directions int // that an assignment was read for
}

func (r *reader) beginState() {
	r.State = &plan.State{
		Groups: map[string]plan.Group{},
		Sets:   map[plan.Object]policies.Elements{},
		Gates:  map[string]plan.GateState{}, Statements: map[string]plan.Statement{},
		Accepting: map[string]bool{},
		Theirs:    map[plan.Object]string{},
		Operator:  map[string][]plan.OperatorStatement{},
	}
	r.clients, r.elements = map[string]*client{}, map[plan.Object][]string{}
}

// sortState sorts everything: gobgpd returns objects in no order.
func (r *reader) sortState() {
	for _, c := range r.clients {
		r.Clients = append(r.Clients, c.Client)
	}
	slices.SortFunc(r.Clients, func(a, b plan.Client) int { return a.Address.Compare(b.Address) })
	r.dropUnlisted()
	slices.Sort(r.Applied)
	slices.Sort(r.RolledBack)
	slices.Sort(r.Holders)
	slices.SortFunc(r.Conflicts, func(a, b plan.Conflict) int {
		return cmp.Or(compareObjects(a.Object, b.Object),
			cmp.Compare(a.Why, b.Why))
	})
}

// noteConflict notes an object with a name of ours that we cannot have made.
func (r *reader) noteConflict(kind plan.Kind, name, format string, args ...any) {
	r.Conflicts = append(r.Conflicts, plan.Conflict{Object: plan.Object{Kind: kind, Name: name},
		Why: fmt.Sprintf(format, args...)})
}

func (r *reader) noteTheirs(kind plan.Kind, name, digest string) {
	r.Theirs[plan.Object{Kind: kind, Name: name}] = digest
}

// readServer reads the route server's identity, and its neighbors.
func (c *Client) readServer(ctx context.Context, r *reader) error {
	bounded, cancel := c.withDeadline(ctx)
	defer cancel()
	global, err := c.api.GetBgp(bounded, &api.GetBgpRequest{})
	if err != nil {
		return readError(err)
	}
	id, err := netip.ParseAddr(global.GetGlobal().GetRouterId())
	if err != nil {
		return fmt.Errorf("%w: it has no router id, so it has not been configured: %w", plan.ErrUnreachable, err)
	}
	r.Server = plan.Server{RouterID: id, ASN: filters.ASN(global.GetGlobal().GetAsn())}
	if err := listStream(ctx, c, c.api.ListPeer, &api.ListPeerRequest{},
		func(a *api.ListPeerResponse) { r.readNeighbor(a.Peer) }); err != nil {
		return err
	}
	if err := c.readGroups(ctx, r); err != nil {
		return err
	}
	return listStream(ctx, c, c.api.ListPolicyAssignment, &api.ListPolicyAssignmentRequest{},
		func(a *api.ListPolicyAssignmentResponse) { r.readAssignment(a.Assignment) })
}
