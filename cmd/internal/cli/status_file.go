package cli

import (
	"errors"
	"fmt"

	"depeer/cmd/internal/view"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/persist"
	"depeer/policies/plan"
	"depeer/policies/render"
)

// fileStatus adds what a restart or a reload would do to what is in force: from the file
// that is named, which has to be there, and from the one that is kept.
func (s *session) fileStatus(result *view.TargetStatus, t target, named string, state *plan.State) error {
	var drift []view.Drift
	if named != "" {
		var err error
		if drift, err = s.reloadOf(named, state); err != nil {
			return err
		}
	}
	if t.persist != "" && t.persist != named {
		drift = append(drift, s.keptFile(result, t, state)...)
	}
	if result.Drift = append(result.Drift, drift...); len(drift) > 0 && result.State == plan.InSync.String() {
		result.State = plan.Drifts.String()
	}
	return nil
}

// keptFile looks at the file that is kept. Whatever is wrong with it is drift.
func (s *session) keptFile(result *view.TargetStatus, t target, state *plan.State) []view.Drift {
	result.Persist = &view.Persist{File: t.persist}
	add := func(format string, args ...any) []view.Drift {
		return []view.Drift{{Object: "file " + t.persist, What: fmt.Sprintf(format, args...)}}
	}
	found, err := t.fileOf(state.Server).Look(state.InForce(), nil)
	wrong := new(persist.WrongError)
	switch {
	case errors.Is(err, persist.ErrEdited):
		return add("%v: a restart or a reload would change what is in force", persist.ErrEdited)
	case errors.Is(err, persist.ErrOther):
		return add("%v", persist.ErrOther)
	case errors.As(err, &wrong):
		return wrongIn(t.persist, wrong.Diags)
	case err != nil:
		return add("%v", err)
	case found.Stale:
		return add("is not what is in force: a restart or a reload would change that")
	}
	result.Persist.InStep = true
	s.files.read[t.persist] = found.Text // for carets
	for _, d := range found.Warnings {
		if d.Code != "gobgpd-reload" { // of comments, or the order of sets: nothing that is in force
			result.Diagnostics = append(result.Diagnostics, d)
		}
	}
	return nil
}

// wrongIn are the errors of a file, as drift.
func wrongIn(name string, diags diag.List) []view.Drift {
	var out []view.Drift
	for _, d := range diags {
		if d.Severity == diag.Error {
			what := d.Message
			if d.Position.Line > 0 {
				what = fmt.Sprintf("line %d: %s", d.Position.Line, d.Message)
			}
			out = append(out, view.Drift{Object: "file " + name, What: what})
		}
	}
	return out
}

// reloadOf says what a reload of a gobgpd.conf, or a start with it, would do to what
// is in force: nothing, if it holds just that.
func (s *session) reloadOf(name string, state *plan.State) ([]view.Drift, error) {
	in := &input{}
	text, ok := in.open(s.files, name)
	if !ok {
		return nil, verdict(in.read)
	}
	want := state.InForce()
	_, diags := render.Into(name, text, want, nil)
	if out := wrongIn(name, diags); len(out) > 0 {
		return out, nil
	}
	holds, diags := render.Part(name, text)
	if out := wrongIn(name, diags); len(out) > 0 {
		return out, nil
	}
	if !holds.Genuine() || !policies.Same(holds, want) {
		return []view.Drift{{Object: "file " + name, What: "is not what is in force: a reload of it would change that"}}, nil
	}
	return nil, nil
}
