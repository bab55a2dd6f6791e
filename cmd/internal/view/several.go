package view

import (
	"strings"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

func (v *jsonView) Plans(p operate.Drafts) error {
	targets := make([]planJSON, len(p.Targets))
	for i, one := range p.Targets {
		targets[i] = buildPlanJSON(one)
	}
	return writeObject(v.Out, struct {
		SchemaVersion int        `json:"schema_version"`
		Targets       []planJSON `json:"targets"`
	}{SchemaVersion, targets})
}

func (v *textView) Plans(p operate.Drafts) error {
	var b strings.Builder
	for i, one := range p.Targets {
		if i == 0 {
			v.Warnings(one.Diagnostics) // the others' are the same
		}
		if err := v.showPlanned(&b, one); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	switch {
	case p.Refused:
		b.WriteString("Nothing has been changed, and no plan is kept: a guard refuses.\n")
	case p.Nothing():
		b.WriteString("There is nothing to do.\n")
	case p.File == "":
		b.WriteString("Nothing has been changed. To keep these plans: -o plan.depeer\n")
	default:
		writef(&b, "Nothing has been changed. To do this, one after another: depeer apply %s --target all\n",
			p.File)
	}
	return v.show(b.String(), len(p.Targets) > 0 && p.Targets[0].Full)
}

func (v *jsonView) Applied(all []operate.Result) error {
	all = nonNil(all)
	for i := range all {
		neverNil(&all[i])
	}
	return writeObject(v.Out, struct {
		SchemaVersion int              `json:"schema_version"`
		Targets       []operate.Result `json:"targets"`
	}{SchemaVersion, all})
}

func (v *textView) Applied(all []operate.Result) error {
	for _, a := range all {
		if err := v.Apply(a); err != nil {
			return err
		}
	}
	return nil
}

// standingText returns a line for a person.
func standingText(s operate.Standing) string {
	line := s.Target + "  " + s.Outcome
	if s.ID != "" {
		line += "  " + s.ID
	}
	if s.What != "" {
		line += ": " + s.What
	}
	return line
}

// planJSON is a plan as JSON.
type planJSON struct {
	SchemaVersion int    `json:"schema_version"`
	Name          string `json:"name,omitempty"`
	ID            string `json:"id"`
	impactJSON
	ProviderChanges []changeJSON      `json:"provider_changes"`
	Next            []plan.NextStep   `json:"next"`
	Nothing         bool              `json:"nothing_to_do"`
	TakeOver        bool              `json:"take_over,omitempty"`
	Persist         *operate.File     `json:"persist,omitempty"`
	File            string            `json:"file,omitempty"`
	PolicyLists     []plan.ListChange `json:"policy_lists,omitempty"`
	AcceptedLists   []plan.LostList   `json:"accepted_lists,omitempty"`
}

func buildPlanJSON(p operate.Draft) planJSON {
	return planJSON{SchemaVersion, p.Plan.Name, p.Plan.ID, buildImpactJSON(p.Impact), buildChanges(p.Changes),
		plan.NextSteps(p.Plan.Providers), p.Nothing(), p.Plan.Then != nil, p.Persist, p.File, p.Plan.PolicyLists,
		p.Plan.AcceptedLists}
}
