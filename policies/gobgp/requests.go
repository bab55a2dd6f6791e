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
	plan.Hold:            holdStatement,
	plan.Release:         releaseStatement,
	plan.AddStatements:   addStatements,
	plan.TakeStatements:  takeStatements,
	plan.DeleteStatement: deleteStatement,
	plan.Assign:          assignList,
	plan.Reset:           resetClient,
	plan.Mark:            addMark,
	plan.Unmark:          deleteMark,
	plan.Lock:            addLock,
	plan.Unlock:          deleteLock,
	plan.NoteSessions:    noteSessions,
	plan.ForgetSessions:  forgetSessions,
	plan.ShutSession:     shutSession,
	plan.OpenSession:     openSession,
	plan.ResetOut:        resetOut,
}

func addSet(ctx context.Context, c *Client, call plan.Call) error {
	return c.extendSet(ctx, definedSet(call))
}

func deleteSet(ctx context.Context, c *Client, call plan.Call) error {
	return c.dissolveSet(ctx, &api.DefinedSet{DefinedType: definedTypes[call.Kind], Name: call.Name})
}

func addGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.extendSet(ctx, gateSet(call.Name, nobody))
}

func openGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.extendSet(ctx, gateSet(call.Name, everybody))
}

func closeGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.reduceSet(ctx, gateSet(call.Name, everybody))
}

func deleteGate(ctx context.Context, c *Client, call plan.Call) error {
	return c.dissolveSet(ctx, gateSet(call.Name, nil))
}

// extendSet makes a set, or adds to the one that is there. It never replaces: running
// statements would keep the old set.
func (c *Client) extendSet(ctx context.Context, set *api.DefinedSet) error {
	return writeCall(ctx, c.api.AddDefinedSet, &api.AddDefinedSetRequest{DefinedSet: set})
}

// reduceSet takes elements out of a set.
func (c *Client) reduceSet(ctx context.Context, set *api.DefinedSet) error {
	return writeCall(ctx, c.api.DeleteDefinedSet, &api.DeleteDefinedSetRequest{DefinedSet: set})
}

// dissolveSet deletes a set. gobgpd refuses while a statement in a policy refers to
// any set of that name, whatever its kind; statements in no policy are not looked at.
func (c *Client) dissolveSet(ctx context.Context, set *api.DefinedSet) error {
	return writeCall(ctx, c.api.DeleteDefinedSet, &api.DeleteDefinedSetRequest{DefinedSet: set, All: true})
}

// holdStatement merges the condition into the statement. (If the name is not registered,
// gobgpd answers OK and makes a statement in no policy.)
func holdStatement(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.AddStatement, &api.AddStatementRequest{Statement: gateOnly(call)})
}

// releaseStatement takes the condition out again, whatever gate it names.
func releaseStatement(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.DeleteStatement, &api.DeleteStatementRequest{Statement: gateOnly(call)})
}

func gateOnly(call plan.Call) *api.Statement {
	return &api.Statement{Name: call.Name, Conditions: &api.Conditions{NeighborSet: gateCondition(call.Gate)}}
}

// addStatements appends to the policy, that is why it cannot be undone by name
// before it has been read again.
func addStatements(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: call.Policy}
	for _, s := range call.Add {
		policy.Statements = append(policy.Statements, toStatement(s))
	}
	return writeCall(ctx, c.api.AddPolicy, &api.AddPolicyRequest{Policy: policy})
}

func takeStatements(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: call.Policy}
	for _, name := range call.Take {
		policy.Statements = append(policy.Statements, &api.Statement{Name: name})
	}
	return writeCall(ctx, c.api.DeletePolicy, &api.DeletePolicyRequest{Policy: policy})
}

// deleteStatement deletes with All, without which gobgpd answers OK and does
// nothing.
func deleteStatement(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.DeleteStatement,
		&api.DeleteStatementRequest{Statement: &api.Statement{Name: call.Name}, All: true})
}

// assignList replaces the list, and the default with it; the action NONE leaves the default
// alone (TestFactAssignmentIsOneCall). A client that is no neighbor any more needs no list:
// a dynamic neighbor is gone with its session, and takes the next list from its peer group.
func assignList(ctx context.Context, c *Client, call plan.Call) error {
	a := &api.PolicyAssignment{Name: c.findSpelling(call.Client), Direction: api.PolicyDirection_EXPORT,
		DefaultAction: routeActions[call.Default]}
	if call.Import {
		a.Direction = api.PolicyDirection_IMPORT
	}
	for _, name := range call.Policies {
		a.Policies = append(a.Policies, &api.Policy{Name: name})
	}
	err := writeCall(ctx, c.api.SetPolicyAssignment, &api.SetPolicyAssignmentRequest{Assignment: a})
	if errors.Is(err, plan.ErrRefused) {
		if _, gone := c.readPeerState(ctx, call.Client); errors.Is(gone, plan.ErrRefused) {
			c.log.Info("client is gone", "client", call.Client)
			return nil
		}
	}
	return err
}

func resetClient(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.ResetPeer, &api.ResetPeerRequest{Address: c.findSpelling(call.Client), Soft: true,
		Direction: api.ResetPeerRequest_IN})
}

func resetOut(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.ResetPeer, &api.ResetPeerRequest{Address: c.findSpelling(call.Client), Soft: true,
		Direction: api.ResetPeerRequest_OUT})
}

func addMark(ctx context.Context, c *Client, call plan.Call) error {
	return c.extendSet(ctx, markSet(call.Mark))
}

// deleteMark deletes the set with its last mark; gobgpd would keep it, empty.
func deleteMark(ctx context.Context, c *Client, call plan.Call) error {
	marks, err := c.listElements(ctx, markName)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(marks, func(m string) bool { return m != markEntry(call.Mark) }) {
		return c.dissolveSet(ctx, markSet(call.Mark))
	}
	return c.reduceSet(ctx, markSet(call.Mark))
}

// addLock adds a policy. The second process is refused, for its one statement has
// the same name for everybody.
func addLock(ctx context.Context, c *Client, call plan.Call) error {
	policy := &api.Policy{Name: lockPrefix + call.Holder, Statements: []*api.Statement{{Name: lockStatement}}}
	return writeCall(ctx, c.api.AddPolicy, &api.AddPolicyRequest{Policy: policy})
}

// deleteLock deletes the policy with its statement.
func deleteLock(ctx context.Context, c *Client, call plan.Call) error {
	return writeCall(ctx, c.api.DeletePolicy,
		&api.DeletePolicyRequest{Policy: &api.Policy{Name: lockPrefix + call.Holder}, All: true})
}
