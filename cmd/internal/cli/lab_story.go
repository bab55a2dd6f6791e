package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"depeer/cmd/internal/view"
	"depeer/examples"
	"depeer/filters"
	"depeer/filters/listing"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/build"
	"depeer/policies/exchange"
	"depeer/policies/journal"
	"depeer/policies/lab"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// story is what the lab tells: a listing, and the policy that follows from it.
type story struct {
	listing *filters.Listing
	policy  *policies.RoutingPolicy
}

func readStory(now time.Time) (*story, []lab.Member, error) {
	text, err := examples.Files.ReadFile(labListing)
	if err != nil {
		return nil, nil, err
	}
	l, diags := listing.Read("examples/"+labListing, text)
	if f := operate.Verdict(diags); f != nil {
		return nil, nil, f
	}
	x := exchange.Default().WithASN(labASN)
	compiled, diags := filters.Compile([]*filters.Listing{l}, x.Rules(now))
	if f := operate.Verdict(diags); f != nil {
		return nil, nil, f
	}
	if f := operate.Verdict(x.Guard([]*filters.Listing{l}, compiled)); f != nil {
		return nil, nil, f
	}
	routes, err := examples.Files.ReadFile(labRoutes)
	if err != nil {
		return nil, nil, err
	}
	members, err := lab.ReadMembers("examples/"+labRoutes, routes)
	return &story{l, build.Policy(compiled, x.Treatments, x.ASN)}, members, err
}

// tellStory plans and applies the story on the lab's route server as on any other, and
// takes it back. What members hold is read from their own tables each time.
func (s *session) tellStory(ctx context.Context, l *lab.Lab, story *story, result *view.Lab) error {
	describeStory(story, result)
	ctx, cancel := context.WithTimeout(ctx, 2*labTimeout)
	defer cancel()
	client, err := s.newOperator().Connect(ctx, operate.Target{Address: l.Target()})
	if err != nil {
		return err
	}
	defer client.Close()
	dir, err := os.MkdirTemp("", "depeer-lab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	teller := &teller{session: s, lab: l, client: client, state: dir}

	before, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	change, err := teller.applyPolicy(ctx, story.policy)
	if err != nil {
		return err
	}
	result.Plan, result.Calls = change.plan.Change.Summary().String(), len(change.plan.Change.Calls())
	result.Applied = operate.NewResult(l.Target(), nil, change.result)
	after, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	back, err := teller.applyPolicy(ctx, change.plan.Change.Old)
	if err != nil {
		return err
	}
	result.RolledBack = operate.NewResult(l.Target(), nil, back.result)
	again, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	for i := range result.Members {
		m := &result.Members[i]
		m.Before, m.After = before[i], after[i]
		m.Restored = slices.Equal(before[i], again[i])
	}
	return nil
}

// teller applies changes to a lab, with a journal that ends with it.
type teller struct {
	session *session
	lab     *lab.Lab
	client  operate.Daemon
	state   string
}

// told is one change that the lab has seen.
type told struct {
	plan   *plan.Plan
	result apply.Result
}

func (t *teller) applyPolicy(ctx context.Context, want *policies.RoutingPolicy) (told, error) {
	state, err := t.client.State(ctx)
	if err != nil {
		return told{}, operate.NotReached(ctx, err)
	}
	id := operate.NewID()
	p := t.session.newOperator().NewPlan(operate.Target{Address: t.lab.Target()}, state, id,
		*plan.To(state, want, id))
	store, err := journal.Open(t.state)
	if err != nil {
		return told{}, err
	}
	lock, err := store.Lock(p.Target, nameUser())
	if err != nil {
		return told{}, err
	}
	entry, err := lock.Begin(p, journal.Start{Action: "lab", Holder: id})
	if err != nil {
		return told{}, errors.Join(err, lock.Unlock())
	}
	a := &apply.Applier{Daemon: t.client, Journal: entry, Holder: id, Log: t.session.log}
	result, err := a.Apply(ctx, p)
	return told{p, result}, errors.Join(err, entry.End(result.Outcome.String()), lock.Unlock())
}

// readHeldRoutes returns what each member holds, once all that was done has arrived.
func (t *teller) readHeldRoutes(ctx context.Context, result *view.Lab) ([][]view.LabRoute, error) {
	if err := t.lab.Settle(ctx); err != nil {
		return nil, fmt.Errorf("the lab: %w", err)
	}
	all := make([][]view.LabRoute, 0, len(result.Members))
	for _, m := range result.Members {
		routes, err := t.lab.Holds(ctx, filters.ASN(m.ASN))
		if err != nil {
			return nil, fmt.Errorf("the lab: %w", err)
		}
		held := make([]view.LabRoute, 0, len(routes))
		for _, r := range routes {
			held = append(held, view.LabRoute{Prefix: r.Prefix.String(), Path: formatASPath(r.Path)})
		}
		all = append(all, held)
	}
	return all, nil
}

// describeStory says what is listed, and why.
func describeStory(s *story, result *view.Lab) {
	p := &s.listing.Providers[0]
	result.Provider, result.Reason = p.Name, p.Reason
	result.Listing, result.Treatment = "examples/"+labListing, s.listing.Treatment
	for _, m := range p.ASNs {
		result.Matches = append(result.Matches, "AS"+m.ASN.String())
	}
	for _, m := range p.Prefixes {
		result.Matches = append(result.Matches, m.Prefix.String())
	}
}

// formatASPath writes a path as routers show it.
func formatASPath(path []filters.ASN) string {
	var text []byte
	for i, a := range path {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(text, a.String()...)
	}
	return string(text)
}
