package apply_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// A target that stays as it is has all the time that was asked for; what goes wrong with
// it is said at the next look.
func TestSoak(t *testing.T) {
	for _, trial := range []struct {
		name, says string
		do         func(*plantest.Model)
	}{
		{"nothing", "", func(*plantest.Model) {}},
		{"a member goes", "the session of 127.0.0.2 was up before the change, and is down", func(m *plantest.Model) {
			c := stateOf(m).Clients[0]
			c.Up = false
			m.AddClient(c)
		}},
		{"a reload wipes it", "not in force any more", func(m *plantest.Model) { m.Load(&policies.RoutingPolicy{}) }},
		{"somebody else is at work", "other holds its lock",
			func(m *plantest.Model) { m.ByHand(func(o *plantest.Objects) { o.Holder = "other" }) }},
		{"it is gone", "operation 3", nil},
	} {
		t.Run(trial.name, func(t *testing.T) {
			m := exchange()
			down := stateOf(m).Clients[3] // was down all along
			down.Up = false
			m.AddClient(down)
			up := apply.Up(stateOf(m))
			p := planned(m, buildPolicy(a), "soaked")
			must(t, m, p)
			w := &wire{Model: m, before: func(n int) {
				if n == 3 && trial.do != nil {
					trial.do(m)
				}
			}}
			if trial.do == nil {
				w.cut = func(n int) bool { return n >= 3 }
			}
			begin := time.Now()
			err := apply.Soak(t.Context(), w, p, up, 100*time.Millisecond, time.Millisecond)
			switch {
			case trial.says == "" && err != nil, trial.says != "" &&
				(err == nil || !strings.Contains(err.Error(), trial.says)):
				t.Errorf("got %v", err)
			case trial.says == "" && time.Since(begin) < 100*time.Millisecond:
				t.Errorf("only %v", time.Since(begin))
			case trial.says != "" && w.ops != 4:
				t.Errorf("seen at the look %d, not at the fourth", w.ops)
			case trial.do == nil && !errors.Is(err, plan.ErrUnreachable):
				t.Errorf("%v is not unreachable", err)
			}
		})
	}
}

// It looks once where it is to wait for nothing, and stops where it is told to.
func TestSoakEnds(t *testing.T) {
	m := exchange()
	p := planned(m, buildPolicy(a), "soaked")
	must(t, m, p)
	w := &wire{Model: m}
	if err := apply.Soak(t.Context(), w, p, nil, 0, time.Hour); err != nil || w.ops != 1 {
		t.Errorf("%d looks, %v", w.ops, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.before = func(int) { cancel() }
	if err := apply.Soak(ctx, w, p, nil, time.Hour, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
