package operate_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// What an operator does in a day: apply twice, one step back and another, apply, clear. After
// each, members' routes, status and history say the same.
func TestDay(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	check := func(when string, refused int, state plan.Status) {
		t.Helper()
		if got := w.refused(); got != refused {
			t.Errorf("%s: %d routes refused, want %d", when, got, refused)
		}
		status, err := w.Status(ctx, nil, w.target, operate.StatusOptions{})
		if err != nil || status.State != state.String() {
			t.Errorf("%s: status %s %s %v, %v", when, status.State, status.Why, status.Drift, err)
		}
		if known := status.InForce != nil && status.InForce.Known; known != (refused > 0) {
			t.Errorf("%s: in force %+v", when, status.InForce)
		}
	}
	first := w.apply(64999)
	check("applied", 1, plan.InSync)
	w.apply(64999, 64998)
	check("applied more", 2, plan.InSync)

	var shown []operate.Draft
	approve := func(d operate.Draft) error { shown = append(shown, d); return nil }
	if _, err := w.Rollback(ctx, w.target, operate.RollbackOptions{Why: "test", Approve: approve}); err != nil {
		t.Fatal(err)
	}
	check("one step back", 1, plan.InSync)
	if len(shown) != 1 || shown[0].Nothing() || shown[0].Server.Clients != 2 {
		t.Errorf("shown before it was done: %+v", shown)
	}
	if _, err := w.Rollback(ctx, w.target, operate.RollbackOptions{ID: first.ID, Why: "test"}); err != nil {
		t.Fatal(err)
	}
	check("all the way back", 0, plan.InSync)
	if _, err := w.Rollback(ctx, w.target,
		operate.RollbackOptions{Why: "test"}); operate.KindOf(err) != operate.Failed ||
		!errors.Is(err, operate.ErrNoStep) && !strings.Contains(err.Error(), "nothing") {
		t.Errorf("no step is left, and rollback says %v", err)
	}

	w.apply(64999)
	draft, err := w.Clear(ctx, w.target, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.Apply(ctx, w.target, draft.Plan, operate.ApplyOptions{Action: operate.ActionClear}); err != nil {
		t.Fatal(err)
	}
	check("cleared", 0, plan.InSync)
	remedy, err := w.Repair(ctx, w.target, operate.RepairOptions{})
	if err != nil || remedy.Draft.Plan != nil || !strings.Contains(remedy.Why, "cleared by noc@rs1") {
		t.Errorf("repair of what was cleared: %+v, %v", remedy, err)
	}
}

// A restart loses everything: repair puts back what was applied last.
func TestRepairAfterRestart(t *testing.T) {
	w := newWorld(t)
	w.apply(64999)
	w.server.Restart(&policies.RoutingPolicy{})
	if w.refused() != 0 {
		t.Fatal("the restart has lost nothing")
	}
	remedy, err := w.Repair(t.Context(), w.target, operate.RepairOptions{})
	if err != nil || remedy.Draft.Plan == nil {
		t.Fatal(remedy.Why, err)
	}
	if _, err := w.Apply(t.Context(), w.target, remedy.Draft.Plan,
		operate.ApplyOptions{Action: operate.ActionRepair}); err != nil {
		t.Fatal(err)
	}
	if w.refused() != 1 {
		t.Error("not put back")
	}
}

// What goes wrong is told by its kind: nobody has to read words, or an exit code.
func TestKindsOfErrors(t *testing.T) {
	refuse := errors.New("no")
	for name, test := range map[string]struct {
		do   func(w *world) error
		want operate.Kind
	}{
		"not reached": {func(w *world) error {
			w.away = errors.New("connection refused")
			_, err := w.Draft(t.Context(), w.lists(64999), w.target, operate.DraftOptions{})
			return err
		}, operate.Unreached},
		"another is at work": {func(w *world) error {
			store, _ := w.Store()
			lock, err := store.Lock(w.target.Address, "other")
			if err != nil {
				return err
			}
			defer lock.Unlock()
			_, err = w.Recover(t.Context(), w.target, operate.RecoverOptions{})
			return err
		}, operate.Held},
		"changed since it was planned": {func(w *world) error {
			draft, err := w.Draft(t.Context(), w.lists(64999), w.target, operate.DraftOptions{})
			if err != nil {
				return err
			}
			w.apply(64998)
			_, err = w.Apply(t.Context(), w.target, draft.Plan, operate.ApplyOptions{Action: operate.ActionApply})
			return err
		}, operate.Unfit},
		"never applied": {func(w *world) error {
			_, err := w.Rollback(t.Context(), w.target, operate.RollbackOptions{})
			return err
		}, operate.Failed},
		"no such entry": {func(w *world) error {
			w.apply(64999)
			_, err := w.Rollback(t.Context(), w.target, operate.RollbackOptions{ID: "nonesuch"})
			return err
		}, operate.Invalid},
		"a call is refused half-way": {func(w *world) error {
			draft, err := w.Draft(t.Context(), w.lists(64999), w.target, operate.DraftOptions{})
			if err != nil {
				return err
			}
			once := true
			w.server.OnCall(func(n int, _ plan.Call) plantest.Fault {
				if n == 2 && once {
					once = false
					return plantest.Refusing
				}
				return plantest.Healthy
			})
			_, err = w.Apply(t.Context(), w.target, draft.Plan, operate.ApplyOptions{Action: operate.ActionApply})
			return err
		}, operate.Restored},
		"a person says no": {func(w *world) error {
			w.apply(64999)
			_, err := w.Rollback(t.Context(), w.target,
				operate.RollbackOptions{Approve: func(operate.Draft) error { return refuse }})
			if !errors.Is(err, refuse) || w.refused() != 1 {
				return fmt.Errorf("rollback without approval: %w, %d refused", err, w.refused())
			}
			return &operate.Error{Kind: operate.Differs, Err: err}
		}, operate.Differs},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.do(newWorld(t))
			if err == nil || operate.KindOf(err) != test.want {
				t.Errorf("%v: %v, want %v", err, operate.KindOf(err), test.want)
			}
		})
	}
}

// Several targets are changed one after another: trouble at one leaves those behind it alone,
// and the error says where each stands.
func TestInOrderStops(t *testing.T) {
	w := newWorld(t)
	draft, err := w.Draft(t.Context(), w.lists(64999), w.target, operate.DraftOptions{})
	if err != nil {
		t.Fatal(err)
	}
	targets := []operate.Target{w.target, {Name: "rs2", Address: "127.0.0.2:50051"},
		{Name: "rs3", Address: "127.0.0.3:50051"}}
	trouble := &operate.Error{Kind: operate.Unfit, Name: "unfit", Err: errors.New("not anchored")}
	_, err = w.InOrder(t.Context(), targets, func(i int) (*plan.Plan, string, error) {
		if i == 1 {
			return nil, "", trouble
		}
		return draft.Plan, "", nil
	}, operate.OrderOptions{ApplyOptions: operate.ApplyOptions{Action: operate.ActionApply}})
	stopped := new(operate.Error)
	if !errors.As(err, &stopped) || stopped.Kind != operate.Unclear {
		t.Fatalf("%v", err)
	}
	got := fmt.Sprint(stopped.Targets[0].Outcome, ", ", stopped.Targets[1].Outcome, ", ", stopped.Targets[2].Outcome)
	if got != "applied, stopped, not begun" {
		t.Errorf("targets stand %s", got)
	}
}

// What is in force is found by its content, also by a machine that has not put it in, which does
// not know it by name.
func TestLookFromAnotherMachine(t *testing.T) {
	w := newWorld(t)
	w.apply(64999)
	status, err := w.operatorIn("elsewhere").Status(t.Context(), nil, w.target, operate.StatusOptions{})
	if err != nil || status.State != plan.Unknown.String() || status.InForce == nil || status.InForce.Known {
		t.Errorf("on another machine: %s %+v, %v", status.State, status.InForce, err)
	}
	in := w.lists(64999)
	status, err = w.operatorIn("elsewhere").Status(t.Context(), in, w.target, operate.StatusOptions{})
	if err != nil || status.State != plan.InSync.String() || status.InForce.Digest != status.Wanted.Digest {
		t.Errorf("with the lists: %s %+v, %v", status.State, status.InForce, err)
	}
}

func TestVerdict(t *testing.T) {
	var l diag.List
	if operate.Verdict(l) != nil {
		t.Error("nothing is wrong")
	}
	l.Warnf(diag.Position{}, "w", "", "a warning")
	if operate.Verdict(l) != nil {
		t.Error("a warning is no error")
	}
	l.Refusef(diag.Position{}, "guard-x", "", "too much")
	if e := operate.Verdict(l); e == nil || e.Kind != operate.Guarded || e.Error() != "refused for 1 reason" {
		t.Errorf("a guard refuses: %v", e)
	}
	l.Errorf(diag.Position{}, "e", "", "wrong")
	if e := operate.Verdict(l); e == nil || e.Kind != operate.Invalid || len(e.Diagnostics) != 3 {
		t.Errorf("invalid input comes before a guard: %v", e)
	}
	seen := map[string]bool{}
	for _, k := range operate.Kinds() {
		if seen[k.String()] {
			t.Errorf("two kinds are called %s", k)
		}
		seen[k.String()] = true
	}
}
