package guard_test

import (
	"testing"

	"depeer/policies/guard"
)

func TestRegistry(t *testing.T) {
	seen := make(map[string]bool)
	for _, g := range guard.Registry {
		if g.Code == "" || g.Refuses == "" || g.Short() == g.Code {
			t.Errorf("%+v lacks a code or a rule", g)
		}
		for _, unique := range []string{g.Code, g.Flag} {
			if unique != "" && seen[unique] {
				t.Errorf("%s is there twice", unique)
			}
			seen[unique] = true
		}
		if g.Flag != "" && (g.Unit == "" || g.Of == "" || "--"+g.Override() != g.Flag) {
			t.Errorf("the flag of %s says too little: %+v", g.Code, g)
		}
	}
}

func TestJudge(t *testing.T) {
	const onePercent = uint64(guard.OnePercent)
	for name, test := range map[string]struct {
		of   guard.Measure
		want guard.Result
	}{
		"within": {guard.Measure{Value: 10, Base: 1000, Share: onePercent}, guard.Result{Limit: 10, OK: true}},
		"over":   {guard.Measure{Value: 11, Base: 1000, Share: onePercent}, guard.Result{Limit: 10}},
		"of what counts": {guard.Measure{Value: 60, Base: 1050, Uncounted: 50, Share: onePercent},
			guard.Result{Limit: 10, OK: true}},
		"free": {guard.Measure{Value: 20, Base: 100, Share: onePercent, Free: 20},
			guard.Result{Limit: 20, OK: true}},
		"nothing passes":  {guard.Measure{Value: 1, Base: 100}, guard.Result{}},
		"nothing is none": {guard.Measure{Base: 100}, guard.Result{OK: true}},
	} {
		g := guard.Get(guard.MaxRoutes)
		got := g.Judge(test.of)
		want := test.want
		want.Code, want.Flag, want.Uncounted = g.Code, g.Flag, test.of.Uncounted
		want.Value, want.Base = test.of.Value-test.of.Uncounted, test.of.Base-test.of.Uncounted
		if got != want {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
}

func TestAllow(t *testing.T) {
	r := guard.Get(guard.MaxRoutes).Judge(guard.Measure{Value: 200, Base: 1000, Share: uint64(guard.OnePercent)})
	r.Allow(guard.UpTo(199))
	if r.OK || r.AtMost() != 199 {
		t.Errorf("199 let 200 pass: %+v", r)
	}
	r.Allow(guard.Override{Percent: 20 * guard.OnePercent})
	if !r.OK || r.Passed != guard.ByOverride {
		t.Errorf("20%% does not let 200 of 1000 pass: %+v", r)
	}
}
