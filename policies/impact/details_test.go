package impact_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/policies/impact"
)

// details returns a line for each path that is treated, or was.
func (o *oracle) details() []string {
	out := []string{}
	for _, p := range o.paths {
		was, now := o.was(p), o.now(p)
		if now == "" && was == "" {
			continue
		}
		left := 0
		for _, other := range o.to(p.Prefix) {
			if o.now(other) != "refuse" && !o.stopped(other) {
				left++
			}
		}
		verdict, provider := "changed", ""
		if m, _, any := o.blamed(p); any && now != "" {
			provider = o.name(m.provider)
		}
		switch now {
		case "refuse":
			verdict = "refused"
		case "":
			verdict = "released"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s %s %q %d", p.Prefix, p.Peer, p.ASPath, verdict, provider, now, left))
	}
	slices.Sort(out)
	return out
}

// Details name every path that is counted, with its provider, and say what is left.
func TestDetails(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, paths := aQuestion(t)
		q.Details = true
		operator := anOperator(t, &q, paths)
		r, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(q, paths)
		o.operator = operator
		got := []string{}
		counts := map[string]int{}
		for _, d := range r.Details {
			counts[d.Verdict]++
			provider := d.Provider
			if provider != "" {
				provider = d.List + " " + d.Provider
			}
			if (d.Entry == "") != (d.Verdict == "released") {
				t.Errorf("%s is %s by entry %q", d.Prefix, d.Verdict, d.Entry)
			}
			got = append(got, fmt.Sprintf("%s %s %s %s %s %q %d", d.Prefix, d.Member, d.ASPath, d.Verdict, provider,
				d.Effect, d.Left))
		}
		if !slices.IsSortedFunc(r.Details, func(a, b impact.Detail) int { return a.Prefix.Compare(b.Prefix) }) {
			t.Errorf("not in order: %v", r.Details)
		}
		slices.Sort(got)
		if diff := cmp.Diff(o.details(), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		want := map[string]int{"refused": r.Routes.Refused, "changed": r.Routes.Changed, "released": r.Routes.Released}
		for verdict, n := range want {
			if counts[verdict] != n {
				t.Errorf("%d %s, and %d are counted", counts[verdict], verdict, n)
			}
		}
	})
}
