package operate

import (
	"context"
	"errors"

	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// live holds what members of a target announce.
type live struct {
	routes rib.Source // nil: no target was asked
	// left are the policies that may have left something on routes: in force now, or before.
	left []*policies.RoutingPolicy

	now      *policies.RoutingPolicy // in force
	sessions []impact.Session
	passages rib.Passages
}

// CompileOn compiles lists for a target, with all that it knows.
func (o *Operator) CompileOn(ctx context.Context, in *wanted.Input, t Target) error {
	client, err := o.Connect(ctx, t)
	if err != nil {
		return err
	}
	_, err = o.compileOn(ctx, in, t, client)
	return errors.Join(err, client.Close())
}

// compileOn is CompileOn, with a connection, and returns the state.
func (o *Operator) compileOn(ctx context.Context, in *wanted.Input, t Target, client Daemon) (*plan.State, error) {
	state, err := client.State(ctx)
	if err != nil {
		return nil, NotReached(ctx, err)
	}
	in.Compile(o.Now, in.Exchange.WithFacts(CollectFacts(t, state)))
	if f := Verdict(in.Diagnostics); f != nil && f.Kind != Guarded {
		return nil, f
	}
	return state, nil
}

// Explain answers for a prefix or an ASN. t is nil where no target is asked; routes of dumps,
// where there are any, stand in place of its own.
func (o *Operator) Explain(ctx context.Context, in *wanted.Input, subject impact.Subject, t *Target,
	ribs []string) (Explanation, error) {
	if t == nil {
		return o.explainWith(ctx, in, subject, ribs, live{})
	}
	client, err := o.Connect(ctx, *t)
	if err != nil {
		return Explanation{}, err
	}
	defer client.Close()
	state, err := o.compileOn(ctx, in, *t, client)
	if err != nil {
		return Explanation{}, err
	}
	now := JudgedInForce(state)
	answer, err := o.explainWith(ctx, in, subject, ribs,
		live{client.Announced(ctx, state.Clients), append(o.FindPast(t.Address, now), now), now,
			ListSessions(state, in.Exchange), newPassages(ctx, client, state, now)})
	server := describeTarget(*t, state)
	answer.Server = &server
	return answer, err
}

// explainWith is Explain, with what members of a target announce at hand.
func (o *Operator) explainWith(ctx context.Context, in *wanted.Input, subject impact.Subject, ribs []string,
	found live) (Explanation, error) {
	result := Explanation{}
	x := in.Exchange
	q := impact.Question{Lists: in.Compiled, New: in.Policy(), Protect: x.Protect, Treatments: x.Treatments}
	d := &dumps{names: ribs}
	source := found.routes
	if len(ribs) > 0 {
		source = d.readPaths()
	}
	if q.Live, q.Past = len(ribs) == 0, found.left; q.Live {
		q.Old, q.Members, q.Passages = found.now, found.sessions, found.passages
	}
	if source != nil {
		source = o.addProgress(ctx, source, d.describeProgress)
	}
	var explanation *impact.Explanation
	err := d.readAgainIfAppended(func() (err error) {
		explanation, err = impact.Explain(q, subject, source)
		return err
	})
	switch {
	case errors.As(err, new(*Error)):
		return Explanation{}, err
	case err != nil:
		return Explanation{}, NotReached(ctx, err)
	}
	if len(ribs) > 0 {
		result.Rib = &d.into
		in.Diagnostics = append(in.Diagnostics, d.diags...)
	}
	fillReasons(x, explanation)
	result.Explanation, result.Diagnostics = explanation, in.Diagnostics
	return result, nil
}
