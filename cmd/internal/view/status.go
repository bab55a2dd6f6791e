package view

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"depeer/filters/diag"
	"depeer/policies/journal"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Status is the result of status.
type Status struct{ Targets []TargetStatus }

// TargetStatus is what one target was found to be.
type TargetStatus struct {
	Name    string         `json:"name"`
	Address string         `json:"address"`
	State   string         `json:"state"`
	Why     string         `json:"why,omitempty"`
	Pending string         `json:"pending,omitempty"` // ID of what waits for a confirmation
	Lists   []plan.ListRef `json:"lists"`
	Drift   []Drift        `json:"drift"`
	Persist *Persist       `json:"persist,omitempty"` // nil: no file is kept
	// NearLimit are treated routes that are nearly too long to be sent, or are too long.
	NearLimit []length.Route `json:"near_limit"`

	// Diagnostics are warnings about that file.
	Diagnostics diag.List `json:"-"`

	// Choosers are members who have chosen something for themselves: what they get is
	// expected, and not verified.
	Choosers []string `json:"choosers"`
}

// Drift is one thing in which a target is not as it should be.
type Drift struct {
	Object string `json:"object"`
	Member string `json:"member"` // empty: all
	What   string `json:"what"`
}

// DriftOf returns what plan.Drift has found, as users read it.
func DriftOf(found []plan.Drifted) []Drift {
	out := make([]Drift, 0, len(found))
	for _, d := range found {
		drift := Drift{Object: d.Object.String(), What: d.What}
		if d.Member.IsValid() {
			drift.Member = d.Member.String()
		}
		out = append(out, drift)
	}
	return out
}

func (v *program) Status(s Status) error {
	for i := range s.Targets {
		s.Targets[i].Lists, s.Targets[i].Drift, s.Targets[i].Choosers = nonNil(s.Targets[i].Lists), nonNil(s.Targets[i].Drift), nonNil(s.Targets[i].Choosers)
		s.Targets[i].NearLimit = nonNil(s.Targets[i].NearLimit)
	}
	type target struct {
		TargetStatus
		Diagnostics []diagnostic `json:"diagnostics,omitempty"`
	}
	targets := make([]target, len(s.Targets))
	for i, t := range s.Targets {
		targets[i] = target{t, diagnostics(t.Diagnostics)}
	}
	return object(v.Out, struct {
		SchemaVersion int      `json:"schema_version"`
		Targets       []target `json:"targets"`
	}{SchemaVersion, targets})
}

func (v *person) Status(s Status) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range s.Targets {
		v.Warnings(t.Diagnostics)
		fmt.Fprintf(w, "%s\t%s", t.Name, t.State)
		if t.Why != "" {
			fmt.Fprintf(w, ": %s", t.Why)
		}
		fmt.Fprintln(w)
		for _, l := range t.Lists {
			fmt.Fprintf(w, "  list\t%s, %s\n", l.Name, or(l.Updated, "not dated"))
		}
		if n := len(t.Choosers); n > 0 {
			fmt.Fprintf(w, "  choices\t%s chosen for %s; what they get is expected, and not verified: gobgpd 3.37 cannot tell\n", haveChosen(n), themselves(n))
		}
		for _, d := range t.Drift {
			fmt.Fprintf(w, "  drift\t%s %s\n", d.Object, d.What)
		}
		v.nearLimit(w, t.NearLimit)
		if t.Persist != nil && t.Persist.InStep {
			fmt.Fprintf(w, "  file\t%s is in step\n", t.Persist.File)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(v.Out, b.String())
	return err
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
	Overrides map[string]int `json:"overrides,omitempty"`
}

func (v *program) History(h History) error {
	for i := range h.Changes {
		h.Changes[i].Lists = nonNil(h.Changes[i].Lists)
	}
	return object(v.Out, struct {
		SchemaVersion int        `json:"schema_version"`
		Target        string     `json:"target"`
		Changes       []Recorded `json:"changes"`
	}{SchemaVersion, h.Target, nonNil(h.Changes)})
}

func (v *person) History(h History) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, r := range h.Changes {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.ID, r.Time.UTC().Format(time.RFC3339), r.By, r.Action, r.Outcome, r.from())
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(h.Changes) == 0 {
		v.Note("nothing was done to %s from this machine", h.Target)
	}
	_, err := fmt.Fprint(v.Out, b.String())
	return err
}

// from says which lists a change was made from, or what it took back.
func (r Recorded) from() string {
	if r.Undoes != "" {
		return "takes back " + r.Undoes
	}
	words := make([]string, 0, len(r.Lists))
	for _, l := range r.Lists {
		words = append(words, fmt.Sprintf("%s %s sha256 %.12s", l.Name, l.Updated, l.Digest))
	}
	for flag, n := range r.Overrides {
		words = append(words, fmt.Sprintf("--%s %d", flag, n))
	}
	return strings.Join(words, ", ")
}

// Show is the result of show: a plan, and what became of it, if anything did.
type Show struct {
	Plan   *plan.Plan
	Change *Recorded
	Events []journal.Event
}

func (v *program) Show(s Show) error {
	return object(v.Out, struct {
		SchemaVersion int             `json:"schema_version"`
		Plan          *plan.Plan      `json:"plan"`
		Change        *Recorded       `json:"change,omitempty"`
		Events        []journal.Event `json:"events,omitempty"`
	}{SchemaVersion, s.Plan, s.Change, s.Events})
}

func (v *person) Show(s Show) error {
	var b strings.Builder
	p := s.Plan
	fmt.Fprintf(&b, "plan      %s, made %s by %s with depeer %s\n", p.ID, p.Made.UTC().Format(time.RFC3339), p.By, p.Tool)
	fmt.Fprintf(&b, "target    %s, AS%s %s\n", p.Target, p.Server.ASN, p.Server.RouterID)
	for _, l := range p.Lists {
		fmt.Fprintf(&b, "list      %s, %s, sha256 %s\n", l.Name, or(l.Updated, "not dated"), l.Digest)
	}
	fmt.Fprintf(&b, "changes   %s\n", p.Change.Summary())
	for _, part := range []struct {
		word  string
		calls []plan.Call
	}{{"prepare", p.Change.Prepare}, {"live", p.Change.Live}, {"finish", p.Change.Finish}} {
		for _, call := range part.calls {
			fmt.Fprintf(&b, "%-9s %s\n", part.word, call)
		}
	}
	if s.Change != nil {
		fmt.Fprintf(&b, "\n%s by %s at %s: %s\n", s.Change.Action, s.Change.By, s.Change.Time.UTC().Format(time.RFC3339), s.Change.Outcome)
	}
	for _, e := range s.Events {
		if e.Call != nil {
			fmt.Fprintf(&b, "%s  %s\n", e.Time.UTC().Format("15:04:05.000"), e.Call)
		}
		if e.Error != "" || e.Text != "" {
			fmt.Fprintf(&b, "%s  %s%s\n", e.Time.UTC().Format("15:04:05.000"), e.Error, e.Text)
		}
	}
	_, err := fmt.Fprint(v.Out, b.String())
	return err
}
