package apply_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// wire is what is between us and the model of a route server: it counts what goes
// over it, reading and writing, and can be cut, or have somebody do something first.
type wire struct {
	*plantest.Model
	ops    int              // so far
	calls  int              // of them writing
	before func(n int)      // each operation
	after  func(n int)      // each writing call
	cut    func(n int) bool // from here on nothing is reached
}

func (w *wire) op() error {
	n := w.ops
	w.ops++
	if w.before != nil {
		w.before(n)
	}
	if w.cut != nil && w.cut(n) {
		return fmt.Errorf("operation %d: %w", n, plan.ErrUnreachable)
	}
	return nil
}

func (w *wire) State(ctx context.Context) (*plan.State, error) {
	if err := w.op(); err != nil {
		return nil, err
	}
	return w.Model.State(ctx)
}

func (w *wire) Do(ctx context.Context, c plan.Call) error {
	if err := w.op(); err != nil {
		return err
	}
	err := w.Model.Do(ctx, c)
	w.calls++
	if w.after != nil {
		w.after(w.calls - 1)
	}
	return err
}

func (w *wire) Received(ctx context.Context, c netip.Addr) iter.Seq2[policies.Route, error] {
	return w.routes(w.op(), w.Model.Received(ctx, c))
}

func (w *wire) Seen(ctx context.Context, c netip.Addr, p []netip.Prefix) iter.Seq2[policies.Route, error] {
	return w.routes(w.op(), w.Model.Seen(ctx, c, p))
}

func (w *wire) routes(err error, routes iter.Seq2[policies.Route, error]) iter.Seq2[policies.Route, error] {
	if err == nil {
		return routes
	}
	return func(yield func(policies.Route, error) bool) { yield(policies.Route{}, err) }
}

// paper is a journal: it notes calls, and can run out.
type paper struct {
	intended []plan.Call
	done     int
	writes   int
	fail     func(n int) bool // by number of line
}

var errFull = errors.New("no space left on device")

func (p *paper) line() error {
	p.writes++
	if p.fail != nil && p.fail(p.writes-1) {
		return errFull
	}
	return nil
}

func (p *paper) Intend(c plan.Call) error {
	if err := p.line(); err != nil {
		return err
	}
	p.intended = append(p.intended, c)
	return nil
}

func (p *paper) Done(plan.Call, error) error {
	p.done++
	return p.line()
}

// shutting returns the sessions that were being shut.
func (p *paper) shutting() []netip.Addr {
	var out []netip.Addr
	for _, c := range p.intended {
		if c.Verb == plan.ShutSession {
			out = append(out, c.Client)
		}
	}
	return out
}

// applier returns one at w, that writes on p.
func applier(w *wire, p *paper) *apply.Applier {
	return &apply.Applier{
		Daemon: w, Journal: p, Holder: "me", Log: slog.New(slog.DiscardHandler), Settle: 30 * time.Millisecond,
	}
}

// killed is what ends an applier in the middle: nothing of it runs any more.
type killed struct{}

// unlessKilled runs f, and says whether it came to its end.
func unlessKilled(f func()) (finished bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(killed); !ok {
				panic(r)
			}
		}
	}()
	f()
	return true
}

// picture is all there is to be seen of a route server: what members' routes became,
// and all objects of ours and of the operator's.
type picture struct {
	Routes  []string // the table
	Held    []string // what members were sent, where the model sends
	Meaning []string // what would become of each route now
	Objects []string
	Marks   []string
	// Sessions are whether each is shut, and what is noted of it.
	Sessions []string
	Lists    []string
	Holders  []string
}

func look(m *plantest.Model) picture {
	var p picture
	s := stateOf(m)
	for r := range m.Table(context.Background()) {
		p.Routes = append(p.Routes, text(r))
	}
	slices.Sort(p.Routes)
	for _, c := range s.Clients {
		p.Lists = append(p.Lists, fmt.Sprint(c.Address, c.Import, c.Export))
		p.Sessions = append(p.Sessions, fmt.Sprint(c.Address, " shut ", c.AdminDown))
		if m.Sending() {
			for _, r := range m.Held(context.Background(), c.Address) {
				p.Held = append(p.Held, fmt.Sprint(c.Address, " holds ", text(r)))
			}
		}
		for r := range m.Received(context.Background(), c.Address) {
			if out, ok := m.Treat(c.Address, r); ok {
				p.Meaning = append(p.Meaning, text(out))
			}
		}
	}
	slices.Sort(p.Meaning)
	for _, n := range s.Sessions {
		p.Sessions = append(p.Sessions, fmt.Sprint(n))
	}
	for name, st := range s.Statements {
		p.Objects = append(p.Objects, fmt.Sprint(name, st.Gate))
	}
	for set, e := range s.Sets {
		p.Objects = append(p.Objects, fmt.Sprint(set.Name, e))
	}
	for name, g := range s.Gates {
		p.Objects = append(p.Objects, fmt.Sprint(name, g))
	}
	for o, digest := range s.Theirs {
		p.Objects = append(p.Objects, fmt.Sprint(o, digest))
	}
	slices.Sort(p.Objects)
	p.Objects = append(p.Objects, "import "+strings.Join(s.Import, " "), "export "+strings.Join(s.Export, " "))
	p.Marks, p.Holders = slices.Sorted(slices.Values(s.Applied)), slices.Clone(s.Holders)
	return p
}

func text(r policies.Route) string {
	med := "-"
	if r.MED != nil {
		med = fmt.Sprint(*r.MED)
	}
	return fmt.Sprint(r.Peer, r.Prefix, r.Path, r.LocalPref, " ", med, r.Communities, r.LargeCommunities)
}

func stateOf(m *plantest.Model) *plan.State {
	s, err := m.State(context.Background())
	if err != nil {
		panic(err)
	}
	return s
}

// planned returns a plan from what there is to p; nil takes everything out.
func planned(m *plantest.Model, p *policies.RoutingPolicy, id string) *plan.Plan {
	s := stateOf(m)
	out := &plan.Plan{Version: plan.FormatVersion, ID: id, Server: s.Server, Fingerprint: s.Fingerprint()}
	if p == nil {
		out.Clear, out.Change = true, *plan.Clear(s, id)
	} else {
		out.Change = *plan.To(s, p, id)
	}
	return out
}

// must applies a plan that nothing stands in the way of.
func must(t testing.TB, m *plantest.Model, p *plan.Plan) apply.Result {
	t.Helper()
	result, err := applier(&wire{Model: m}, &paper{}).Apply(context.Background(), p)
	if err != nil {
		t.Fatalf("%v: %s: %v\n%v", result.Outcome, result.Known, err, m)
	}
	return result
}
