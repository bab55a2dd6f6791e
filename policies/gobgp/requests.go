package gobgp

import (
	"context"
	"errors"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/plan"
)

// requests are the writing calls, by verb. There are no others.
var requests = [...]func(context.Context, *Client, plan.Call) error{
	plan.AddSet:          addSet,
	plan.DeleteSet:       deleteSet,
	plan.AddGate:         addGate,
	plan.OpenGate:        openGate,
	plan.CloseGate:       closeGate,
	plan.DeleteGate:      deleteGate,
	plan.Hold:            hold,
	plan.Release:         release,
	plan.AddStatements:   addStatements,
	plan.TakeStatements:  takeStatements,
	plan.DeleteStatement: deleteStatement,
	plan.Assign:          assign,
	plan.Reset:           reset,
	plan.Mark:            mark,
	plan.Unmark:          unmark,
	plan.Lock:            lock,
	plan.Unlock:          unlock,
	plan.NoteSessions:    noteSessions,
	plan.ForgetSessions:  forgetSessions,
	plan.ShutSession:     shutSession,
	plan.OpenSession:     openSession,
	plan.ResetOut:        resetOut,
}

func addSet(ctx context.Context, c *Client, call plan.Call) error {
	return c.extend(ctx, definedSet(call))
}

func deleteSet(ctx context.Context, c *Client, call plan.Call) error {
	return c.dissolve(ctx, &api.DefinedSet{DefinedType: definedTypes[call.Kind], Name: call.Name})
}

func addGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.extend(ctx, gateSet(call.Name, nobody))
}

func openGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.extend(ctx, gateSet(call.Name, everybody))
}

func closeGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.reduce(ctx, gateSet(call.Name, everybody))
}

func deleteGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.dissolve(ctx, gateSet(call.Name, nil))
}

// extend makes a set, or adds to the one that is there. It never replaces: running
// statements would keep the old set.
func (c *Client) extend(ctx context.Context, set *api.DefinedSet) error {
	return write(ctx, c.api.AddDefinedSet, &api.AddDefinedSetRequest{DefinedSet: set})
}

// reduce takes elements out of a set.
func (c *Client) reduce(ctx context.Context, set *api.DefinedSet) error {
	return write(ctx, c.api.DeleteDefinedSet, &api.DeleteDefinedSetRequest{DefinedSet: set})
}

// dissolve deletes a set. gobgpd refuses while a statement in a policy refers to
// any set of that name, whatever its kind; statements in no policy are not looked at.
func (c *Client) dissolve(ctx context.Context, set *api.DefinedSet) error {
	return write(ctx, c.api.DeleteDefinedSet, &api.DeleteDefinedSetRequest{DefinedSet: set, All: true})
}

// hold merges the condition into the statement. (If the name is not registered,
// gobgpd answers OK and makes a statement in no policy.)
func hold(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.AddStatement, &api.AddStatementRequest{Statement: gateOnly(call)})
}

// release takes the condition out again, whatever gate it names.
func release(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.DeleteStatement, &api.DeleteStatementRequest{Statement: gateOnly(call)})
}

func gateOnly(call plan.Call) *api.Statement {
	return &api.Statement{Name: call.Name, Conditions: &api.Conditions{NeighborSet: gateCondition(call.Gate)}}
}

// addStatements appends to the policy, that is why it cannot be undone by name
// before it has been read again.
func addStatements(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: call.Policy}
	for _, s := range call.Add {
		policy.Statements = append(policy.Statements, statement(s))
	}
	return write(ctx, c.api.AddPolicy, &api.AddPolicyRequest{Policy: policy})
}

func takeStatements(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: call.Policy}
	for _, name := range call.Take {
		policy.Statements = append(policy.Statements, &api.Statement{Name: name})
	}
	return write(ctx, c.api.DeletePolicy, &api.DeletePolicyRequest{Policy: policy})
}

// deleteStatement deletes with All, without which gobgpd answers OK and does
// nothing.
func deleteStatement(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.DeleteStatement,
		&api.DeleteStatementRequest{Statement: &api.Statement{Name: call.Name}, All: true})
}

// assign replaces the list, and the default with it; the action NONE leaves the default
// alone (TestFactAssignmentIsOneCall). A client that is no neighbor any more needs no list:
// a dynamic neighbor is gone with its session, and takes the next list from its peer group.
func assign(ctx context.Context, c *Client, call plan.Call) error {
	a := &api.PolicyAssignment{Name: c.spelling(call.Client), Direction: api.PolicyDirection_EXPORT,
		DefaultAction: routeActions[call.Default]}
	if call.Import {
		a.Direction = api.PolicyDirection_IMPORT
	}
	for _, name := range call.Policies {
		a.Policies = append(a.Policies, &api.Policy{Name: name})
	}
	err := write(ctx, c.api.SetPolicyAssignment, &api.SetPolicyAssignmentRequest{Assignment: a})
	if errors.Is(err, plan.ErrRefused) {
		if _, gone := c.peer(ctx, call.Client); errors.Is(gone, plan.ErrRefused) {
			c.log.Info("client is gone", "client", call.Client)
			return nil
		}
	}
	return err
}

func reset(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.ResetPeer, &api.ResetPeerRequest{Address: c.spelling(call.Client), Soft: true,
		Direction: api.ResetPeerRequest_IN})
}

func resetOut(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.ResetPeer, &api.ResetPeerRequest{Address: c.spelling(call.Client), Soft: true,
		Direction: api.ResetPeerRequest_OUT})
}

func mark(ctx context.Context, c *Client, call plan.Call) error {
	return c.extend(ctx, markSet(call.Mark))
}

// unmark deletes the set with its last mark; gobgpd would keep it, empty.
func unmark(ctx context.Context, c *Client, call plan.Call) error {
	marks, err := c.elements(ctx, markName)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(marks, func(m string) bool { return m != markEntry(call.Mark) }) {
		return c.dissolve(ctx, markSet(call.Mark))
	}
	return c.reduce(ctx, markSet(call.Mark))
}

// lock adds a policy. Whoever comes second is refused, for its one statement has
// the same name for everybody.
func lock(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: lockPrefix + call.Holder, Statements: []*api.Statement{{Name: lockStatement}}}
	return write(ctx, c.api.AddPolicy, &api.AddPolicyRequest{Policy: policy})
}

// unlock deletes the policy with its statement.
func unlock(ctx context.Context, c *Client, call plan.Call) error {
	return write(ctx, c.api.DeletePolicy,
		&api.DeletePolicyRequest{Policy: &api.Policy{Name: lockPrefix + call.Holder}, All: true})
}
