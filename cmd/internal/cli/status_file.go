package cli

import (
	"fmt"

	"depeer/cmd/internal/view"
	"depeer/filters/diag"
	"depeer/policies/plan"
	"depeer/policies/render"
)

// reloadOf says what a reload of a gobgpd.conf, or a start with it, would do to what
// is in force: nothing, if emit --into would leave its policy as it is.
func (s *session) reloadOf(name string, state *plan.State) ([]view.Drift, error) {
	in := &input{}
	text, ok := in.open(s.files, name)
	if !ok {
		return nil, verdict(in.read)
	}
	_, diags := render.Into(name, text, state.InForce(), nil)
	var out []view.Drift
	add := func(format string, args ...any) {
		out = append(out, view.Drift{Object: "file " + name, What: fmt.Sprintf(format, args...)})
	}
	for _, d := range diags {
		switch {
		case d.Severity == diag.Error:
			add("line %d: %s", d.Position.Line, d.Message)
		case d.Code == "gobgpd-reload":
			add("is not what is in force: a reload of it would change that")
		}
	}
	return out, nil
}
