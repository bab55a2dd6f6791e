package operate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/journal"
	"depeer/policies/persist"
	"depeer/policies/persist/judge"
	"depeer/policies/plan"
)

// describeFiles adds what a restart or a reload would do to what is in force: from the file
// that is named, which has to be there, and from the one that is kept.
func (o *Operator) describeFiles(ctx context.Context, result *Status, t Target, options StatusOptions,
	state *plan.State,
	store *journal.Store) error {
	var drift []Drift
	named := options.File
	if named != "" {
		var diags diag.List
		text, ok := options.Read(named, &diags)
		if !ok {
			return Verdict(diags)
		}
		f := restartForecast{judge: o.Judge, name: named, text: text, state: state,
			parts: o.findLoadedParts(store, t, state),
			ofIt:  " of it"}
		if l := checkFormat(named, text); l != nil {
			return Verdict(l)
		}
		found, err := f.describeDrift(ctx)
		if err != nil {
			return err
		}
		drift, result.Diagnostics = found, append(result.Diagnostics, f.warnings...)
	}
	if t.Persist != "" && t.Persist != named {
		kept, err := o.describeKeptFile(ctx, result, t, state, store)
		if err != nil {
			return err
		}
		drift = append(drift, kept...)
	}
	if result.Drift = append(result.Drift, drift...); len(drift) > 0 && result.State == plan.InSync.String() {
		result.State = plan.Drifts.String()
	}
	return nil
}

// checkFormat returns the errors of a file that is YAML or JSON; nil for TOML.
func checkFormat(name string, text []byte) diag.List {
	if gobgpconf.FormatOf(name, text) == gobgpconf.TOML {
		return nil
	}
	_, l := gobgpconf.ReadPart(name, text)
	return l
}

// describeKeptFile looks at the file that is kept. Whatever is wrong with it is drift.
func (o *Operator) describeKeptFile(ctx context.Context, result *Status, t Target, state *plan.State,
	store *journal.Store) ([]Drift,
	error) {
	result.Persist = &File{File: t.Persist}
	add := func(format string, args ...any) []Drift {
		return []Drift{{Object: "file " + t.Persist, What: fmt.Sprintf(format, args...)}}
	}
	found, err := newTargetFile(t, state.Server).Look(state.InForce(), nil)
	wrong := new(persist.WrongError)
	switch {
	case errors.Is(err, persist.ErrEdited):
		return add("%v: a restart or a reload would change what is in force", persist.ErrEdited), nil
	case errors.Is(err, persist.ErrOther):
		return add("%v", persist.ErrOther), nil
	case errors.As(err, &wrong):
		return listErrors(t.Persist, wrong.Diags), nil
	case err != nil:
		return add("%v", err), nil
	}
	o.KeepText(t.Persist, found.Text) // for carets
	f := restartForecast{judge: o.Judge, name: t.Persist, text: found.Text, state: state,
		parts: o.findLoadedParts(store, t, state)}
	drift, err := f.describeDrift(ctx)
	if err != nil || len(drift) > 0 {
		return drift, err
	}
	result.Persist.InStep = true
	for _, d := range append(found.Warnings, f.warnings...) {
		if d.Code != "gobgpd-reload" { // of comments, or the order of sets: nothing that is in force
			result.Diagnostics = append(result.Diagnostics, d)
		}
	}
	return nil, nil
}

// listErrors returns the errors of a file, as drift.
func listErrors(name string, diags diag.List) []Drift {
	var out []Drift
	for _, d := range diags {
		if d.Severity == diag.Error {
			what := d.Message
			if d.Position.Line > 0 {
				what = fmt.Sprintf("line %d: %s", d.Position.Line, d.Message)
			}
			out = append(out, Drift{Object: "file " + name, What: what})
		}
	}
	return out
}

// restartForecast judges what a restart with a gobgpd.conf, and a reload of it, would do to what is
// in force. gobgpd compares a file that it reloads with the one that it loaded last: that
// it does not tell, but its part of ours is known where history does.
type restartForecast struct {
	judge FileJudge
	name  string
	text  []byte
	state *plan.State
	parts []*policies.RoutingPolicy // of ours that gobgpd may have loaded; none: not known
	ofIt  string

	warnings diag.List
}

// describeDrift returns what would differ, as drift.
func (f *restartForecast) describeDrift(ctx context.Context) ([]Drift, error) {
	want := f.state.InForce()
	holds, diags := gobgpconf.ReadPart(f.name, f.text)
	out := listErrors(f.name, diags)
	differing, err := f.askJudge(ctx, nil) // as if another policy had been loaded
	if errors.Is(err, judge.ErrUnjudged) {
		return append(out, listErrors(f.name, judge.Unjudged(f.name, err))...), nil
	}
	if err != nil {
		return nil, err
	}
	told := differing.Diagnose(f.name, f.text, f.text)
	for i, d := range told {
		switch {
		case d.Code == "gobgpd-excerpt": // whose it is is known: it does not start
			told[i].Severity = diag.Error
		case d.Severity == diag.Warning:
			f.warnings = append(f.warnings, d)
		}
	}
	add := func(format string, args ...any) {
		out = append(out, Drift{Object: "file " + f.name, What: fmt.Sprintf(format, args...)})
	}
	if n := f.countRejecting(differing.Reload); n > 0 {
		add("this reload rejects every route of %s: it has not the definitions of depeer; %s",
			gobgpconf.FormatMembers(n),
			gobgpconf.BeforeReload)
	} else if len(out) == 0 {
		out = listErrors(f.name, told)
	}
	if len(out) > 0 || holds == nil {
		return out, nil
	}
	if !holds.Genuine() {
		add("is not what is in force: a reload%s would change that", f.ofIt)
		return out, nil
	}
	restarts := !policies.Same(holds, want)
	reloads, err := f.findReloadOutcomes(ctx, differing, holds)
	if err != nil {
		return nil, err
	}
	changes := 0
	for _, r := range reloads {
		// Where nothing of policy is loaded, what came over gRPC stays.
		if r.Wipes && !policies.Same(r.State.InForce(), want) {
			changes++
		}
	}
	const notKnown = "which file it loaded last is known to nobody"
	switch {
	case changes == len(reloads) && restarts:
		add("is not what is in force: a restart or a reload%s would change that", f.ofIt)
	case changes == len(reloads):
		add("is what is in force, and a reload%s would change that", f.ofIt)
	case changes > 0 && restarts:
		add("is not what is in force: a restart would change that; whether a reload would is not known: %s", notKnown)
	case restarts:
		add("is not what is in force: a restart would change that; a reload (SIGHUP) would not, for it is what " +
			"gobgpd loaded last")
	}
	if n := countUnlisted(reloads[0].State); n > 0 && len(holds.Import) > 0 {
		add("a reload (SIGHUP) treats no route of %s with it: depeer is not in their lists as they run, and a "+
			"reload keeps those; apply puts it there", gobgpconf.FormatMembers(n))
	}
	return out, nil
}

// askJudge asks the judge, for the neighbors as they run.
func (f *restartForecast) askJudge(ctx context.Context, loaded []byte) (*judge.Forecast, error) {
	return f.judge.Ask(ctx,
		judge.Question{File: f.text, Loaded: loaded, Live: f.state.Clients, IsLive: true})
}

// countRejecting returns how many members a reload rejects because their list names a policy of ours that
// the file does not define.
func (f *restartForecast) countRejecting(o judge.Outcome) int {
	if o.State == nil || o.State.Import != nil && o.State.Export != nil {
		return 0
	}
	return len(o.Rejecting)
}

// findReloadOutcomes returns what a reload leaves, for each file that gobgpd may have loaded last.
func (f *restartForecast) findReloadOutcomes(ctx context.Context, differing *judge.Forecast,
	holds *policies.RoutingPolicy) ([]judge.Outcome, error) {
	if !haveSameTheirs(differing.Start.State, f.state) { // the operator has changed policy since
		return []judge.Outcome{differing.Reload}, nil
	}
	parts := f.parts
	if parts == nil {
		parts = []*policies.RoutingPolicy{holds, nil}
	}
	var out []judge.Outcome
	for _, part := range parts {
		a := differing
		if part != nil {
			loaded := f.text
			if !policies.Same(part, holds) {
				loaded, _ = gobgpconf.ReplacePart(f.name, f.text, part, nil)
			}
			var err error
			if a, err = f.askJudge(ctx, loaded); err != nil {
				return nil, err
			}
		}
		out = append(out, a.Reload)
	}
	return out, nil
}

// haveSameTheirs says whether two states have the same sets, statements and policies of others.
func haveSameTheirs(a, b *plan.State) bool {
	if a == nil {
		return false
	}
	policy := func(s *plan.State) map[plan.Object]string {
		out := map[plan.Object]string{}
		for object, digest := range s.Theirs {
			if object.Kind != plan.ImportAssignment && object.Kind != plan.ExportAssignment &&
				object.Kind != plan.Neighbor {
				out[object] = digest
			}
		}
		return out
	}
	of, other := policy(a), policy(b)
	for object, digest := range of {
		if other[object] != digest {
			return false
		}
	}
	return len(of) == len(other)
}

// countUnlisted returns how many route-server clients have no policy of ours in their import list.
func countUnlisted(s *plan.State) int {
	n := 0
	for _, c := range s.Clients {
		if c.RouteServer && !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			n++
		}
	}
	return n
}
