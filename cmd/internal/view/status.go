package view

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// Status is the result of status.
type Status struct{ Targets []operate.Status }

func (v *jsonView) Status(s Status) error {
	for i := range s.Targets {
		s.Targets[i].Lists, s.Targets[i].Drift, s.Targets[i].Choosers = nonNil(s.Targets[i].Lists),
			nonNil(s.Targets[i].Drift), nonNil(s.Targets[i].Choosers)
		s.Targets[i].OutOfReach = nonNil(s.Targets[i].OutOfReach)
		s.Targets[i].Polluted = nonNil(s.Targets[i].Polluted)
		s.Targets[i].NearLimit = nonNil(s.Targets[i].NearLimit)
		s.Targets[i].Operator, s.Targets[i].Overruled, s.Targets[i].Untagged = nonNil(s.Targets[i].Operator),
			nonNil(s.Targets[i].Overruled), nonNil(s.Targets[i].Untagged)
	}
	for i := range s.Targets {
		noNilLists(&s.Targets[i])
	}
	type target struct {
		operate.Status
		Diagnostics []diagnosticJSON `json:"diagnostics,omitempty"`
	}
	targets := make([]target, len(s.Targets))
	for i, t := range s.Targets {
		targets[i] = target{t, buildDiagnostics(t.Diagnostics)}
	}
	return writeObject(v.Out, struct {
		SchemaVersion int      `json:"schema_version"`
		Targets       []target `json:"targets"`
	}{SchemaVersion, targets})
}

func (v *textView) Status(s Status) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range s.Targets {
		v.Warnings(t.Diagnostics)
		writef(w, "%s\t%s", t.Name, t.State)
		if t.Why != "" {
			writef(w, ": %s", t.Why)
		}
		fmt.Fprintln(w)
		policiesText(w, &t)
		if n := len(t.Choosers); n > 0 {
			writef(w, "  choices\t%s chosen for %s; what they get is expected, and not verified: gobgpd 3.37 "+
				"cannot tell\n", haveChosen(n), reflexivePronoun(n))
		}
		showOutOfReach(w, "  ", "\t", t.OutOfReach, false)
		showOperator(w, "  ", t.Operator, true)
		showOverruled(w, t)
		for _, d := range t.Drift {
			writef(w, "  drift\t%s %s\n", d.Object, d.What)
		}
		v.showCure(w, "  ", t.Polluted)
		if t.Cure != "" {
			writef(w, "  cure\t%s\n", t.Cure)
		}
		v.showNearLimit(w, t.NearLimit)
		if t.Persist != nil && t.Persist.InStep {
			writef(w, "  file\t%s is in step\n", t.Persist.File)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return v.show(b.String(), false)
}

// History is the result of history.
type History struct {
	Target  string
	Changes []Recorded
}

// Recorded is one change as the journal tells it.
type Recorded struct {
	ID        string         `json:"id"`
	Time      time.Time      `json:"time"`
	By        string         `json:"by"`
	Action    string         `json:"action"`
	Outcome   string         `json:"outcome"`
	Undoes    string         `json:"undoes,omitempty"`
	Lists     []plan.ListRef `json:"lists"`
	Overrides plan.Overrides `json:"overrides,omitempty"`
	Limits    plan.Limits    `json:"limits,omitempty"` // that held
	// PolicyLists counts the operator's lists of policies that were put back.
	PolicyLists   int             `json:"policy_lists,omitempty"`
	AcceptedLists []plan.LostList `json:"accepted_lists,omitempty"`
	Unread        string          `json:"unread,omitempty"` // why it, or its plan, cannot be read
}

func (v *jsonView) History(h History) error {
	for i := range h.Changes {
		h.Changes[i].Lists = nonNil(h.Changes[i].Lists)
	}
	return writeObject(v.Out, struct {
		SchemaVersion int        `json:"schema_version"`
		Target        string     `json:"target"`
		Changes       []Recorded `json:"changes"`
	}{SchemaVersion, h.Target, nonNil(h.Changes)})
}

func (v *textView) History(h History) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range h.Changes {
		writef(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Time.UTC().Format(time.RFC3339), r.By, r.Action, r.Outcome,
			r.describeSources())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(h.Changes) == 0 {
		v.Note("nothing was done to %s from this machine", h.Target)
	}
	return v.show(b.String(), false)
}

// describeSources says which lists a change was made from, or what it took back.
func (r Recorded) describeSources() string {
	if r.Unread != "" {
		return r.Unread
	}
	if r.Undoes != "" {
		return "takes back " + r.Undoes
	}
	words := make([]string, 0, len(r.Lists))
	for _, l := range r.Lists {
		words = append(words, textf("%s %s sha256 %.12s", l.Name, l.Updated, l.Digest))
	}
	flags, limits := formatOverrides(r.Overrides, r.Limits)
	text := strings.Join(append(words, flags...), ", ")
	if len(limits) > 0 {
		text = "over " + strings.Join(limits, ", ") + ": " + text
	}
	if r.PolicyLists > 0 {
		text += ", " + countOf{r.PolicyLists, "list"}.String() + " of policies put back"
	}
	for _, l := range r.AcceptedLists {
		text += textf(", %s accepted: %s", l.Client, l)
	}
	return strings.TrimPrefix(text, ", ")
}

// formatOverrides writes overrides, "--allow-routes 200", and the limits that they were for,
// "max_routes 1%", in the order of guards.
func formatOverrides(overrides plan.Overrides, limits plan.Limits) (flags, over []string) {
	for _, g := range guard.Registry {
		name := strings.TrimPrefix(g.Flag, "--")
		o, given := overrides[name]
		if g.Flag == "" || !given {
			continue
		}
		flags = append(flags, textf("%s %s", g.Flag, o))
		if limit, known := limits[g.Limit]; known {
			over = append(over, textf("%s %s", g.Limit, limit))
		}
	}
	return flags, over
}

// Show is the result of show: a plan, and what became of it, if anything did.
type Show struct {
	Plan   *plan.Plan
	Change *Recorded
	Events []journal.Event
}

func (v *jsonView) Show(s Show) error {
	return writeObject(v.Out, struct {
		SchemaVersion int             `json:"schema_version"`
		Plan          *plan.Plan      `json:"plan"`
		Change        *Recorded       `json:"change,omitempty"`
		Events        []journal.Event `json:"events,omitempty"`
	}{SchemaVersion, s.Plan, s.Change, s.Events})
}

func (v *textView) Show(s Show) error {
	var b strings.Builder
	showPlan(&b, s.Plan)
	if s.Change != nil {
		if s.Change.Unread != "" {
			writef(&b, "plan      %s\n", s.Change.Unread)
		}
		writef(&b, "\n%s by %s at %s: %s\n", s.Change.Action, s.Change.By,
			s.Change.Time.UTC().Format(time.RFC3339), s.Change.Outcome)
	}
	for _, e := range s.Events {
		if e.Call != nil {
			writef(&b, "%s  %s\n", e.Time.UTC().Format("15:04:05.000"), e.Call)
		}
		if e.Error != "" || e.Text != "" {
			writef(&b, "%s  %s%s\n", e.Time.UTC().Format("15:04:05.000"), e.Error, e.Text)
		}
	}
	return v.show(b.String(), false)
}

// showPlan shows a plan in full; nothing, if it could not be read.
func showPlan(b *strings.Builder, p *plan.Plan) {
	if p == nil {
		return
	}
	writef(b, "plan      %s, made %s by %s with depeer %s\n", p.ID, p.Made.UTC().Format(time.RFC3339), p.By,
		p.Tool)
	writef(b, "target    %s, AS%s %s\n", p.Target, p.Server.ASN, p.Server.RouterID)
	for _, l := range p.Lists {
		writef(b, "list      %s, %s, sha256 %s\n", l.Name, orElse(l.Updated, "not dated"), l.Digest)
	}
	if flags, limits := formatOverrides(p.Overrides, p.Limits); len(flags) > 0 {
		writef(b, "allowed   %s\n", strings.Join(flags, ", "))
		if len(limits) > 0 {
			writef(b, "over      %s\n", strings.Join(limits, ", "))
		}
	}
	writef(b, "changes   %s\n", p.Change.Summary())
	for _, part := range []struct {
		word  string
		calls []plan.Call
	}{{"prepare", p.Change.Prepare}, {"live", p.Change.Live}, {"finish", p.Change.Finish}} {
		for _, call := range part.calls {
			writef(b, "%-9s %s\n", part.word, call)
		}
	}
	for _, c := range p.PolicyLists {
		writef(b, "list      %s\n", c)
	}
	for _, l := range p.AcceptedLists {
		writef(b, "accepted  %s: %s\n", l.Client, l)
	}
}
