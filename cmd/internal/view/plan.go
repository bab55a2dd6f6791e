package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"depeer/policies/guard"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

func (v *jsonView) Plan(p operate.Draft) error {
	if p.Begins {
		return nil
	}
	return writeObject(v.Out, buildPlanJSON(p))
}

// changeJSON is a provider's change as JSON.
type changeJSON struct {
	List   string `json:"list"`
	ID     string `json:"id"`
	Before string `json:"before"`
	After  string `json:"after"`
	// Entries are how entries differ that were listed before: AS26780 origin -> path.
	Entries []string `json:"entries"`
}

func buildChanges(all []plan.ProviderChange) []changeJSON {
	out := make([]changeJSON, 0, len(all))
	for _, c := range all {
		ref := c.New
		if ref.ID == "" {
			ref = c.Old
		}
		out = append(out, changeJSON{ref.List, ref.ID, c.Old.Treatment, c.New.Treatment, nonNil(c.Changed())})
	}
	return out
}

// nonNil makes an empty list of nil: JSON has [] for it, not null.
func nonNil[T any](list []T) []T { return append([]T{}, list...) }

// Plan shows what a usual change needs on one screen.
func (v *textView) Plan(p operate.Draft) error {
	v.Warnings(p.Diagnostics)
	var b strings.Builder
	if err := v.showPlanned(&b, p); err != nil {
		return err
	}
	v.showDetails(&b, p.Impact)
	switch {
	case p.Begins: // what comes of it is the result
		_, err := fmt.Fprint(v.Err, b.String())
		return err
	case p.Refused:
		writef(&b, "\nNothing has been changed, and the plan is not kept: a guard refuses.\n")
	case p.Nothing():
		writef(&b, "\nThere is nothing to do.\n")
	case p.File == "":
		writef(&b, "\nNothing has been changed. To keep this plan: -o plan.depeer\n")
	default:
		writef(&b, "\nNothing has been changed. To do this: depeer apply %s\n", p.File)
	}
	return v.show(b.String(), p.Full)
}

// showPlanned shows what a plan would do.
func (v *textView) showPlanned(to io.Writer, p operate.Draft) error {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	v.showSessions(w, p.Summary.Sessions) // whole members go: that is first
	v.showHeadline(w, p.Impact)
	v.showAlerts(w, p.Alerts)
	v.showHead(w, p.Plan.Name, p.Impact)
	v.showProviderChanges(w, p.Changes)
	v.showNext(w, p)
	v.showRoutes(w, p.Impact)
	v.showPolluted(w, p.ListPolluted())
	if p.Plan.Clear && len(p.ListPolluted()) > 0 {
		writef(w, "stays\t%s\n", staysText)
	}
	v.showLengths(w, p.Impact)
	v.showChoices(w, p.Impact)
	v.showGuards(w, p.Guards, p.Full)
	if len(p.Plan.PolicyLists) == 0 {
		writef(w, "changes\t%s%s\n", p.Summary, describeEffort(p.Impact))
	}
	if p.Plan.Then != nil {
		fmt.Fprintln(w, "then\tthe lists are put in; until they are, nothing is treated")
	}
	v.showPolicyLists(w, p.Plan)
	v.showPersist(w, p.Persist)
	return w.Flush()
}

// showPolicyLists shows what becomes of the operator's own lists, all of it: each line is one
// client's filters.
func (v *textView) showPolicyLists(w *tabwriter.Writer, p *plan.Plan) {
	for _, c := range p.PolicyLists {
		writef(w, "list\t%s\n", c)
	}
	if slices.ContainsFunc(p.PolicyLists, func(c plan.ListChange) bool { return !c.Import }) {
		fmt.Fprintln(w, "\twhat a member was sent meanwhile, and its export list refuses, it keeps until its "+
			"session is reset: gobgpd 3.37 does not take it back")
	}
	for _, l := range p.AcceptedLists {
		writef(w, "accepted\t%s: %s\n", l.Client, l)
	}
}

// mostProviders is how many providers of a change are named before the rest is counted.
const mostProviders = 12

func (v *textView) showProviderChanges(to io.Writer, all []plan.ProviderChange) {
	w := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0) // with columns of their own
	defer w.Flush()
	for i, c := range all {
		if i == mostProviders {
			writef(w, "...\tand %s more\n", countOf{len(all) - mostProviders, "provider"})
			break
		}
		ref, what := c.New, strings.Join(c.New.Entries(), "  ")
		switch {
		case c.Verb() == "-":
			ref, what = c.Old, orElse(c.New.Why, "no longer listed")
			ref.Treatment = c.Old.Treatment
		case c.Old.Treatment != "" && c.Old.Treatment != c.New.Treatment:
			what = textf("treatment %s -> %s", c.Old.Treatment, c.New.Treatment)
			if c.New.Why != "" {
				what += " (" + c.New.Why + ")"
			}
		}
		if changed := c.Changed(); len(changed) > 0 && c.Verb() == "~" {
			if c.Old.Treatment != c.New.Treatment {
				changed = append([]string{what}, changed...)
			}
			what = strings.Join(changed, ", ")
		}
		if len(what) > 90 {
			what = what[:90] + "..."
		}
		writef(w, "%s %s\t%s\t%s\n", c.Verb(), ref.Treatment, ref.ID, what)
	}
	if len(all) > 0 {
		fmt.Fprintln(w)
	}
}

// guardText says what a guard looked at: "growth 3 of 20 entries".
func guardText(g guard.Result) string {
	if g.Code == guard.Sessions {
		return countOf{g.Value, "session"}.String() + " to be shut" + formatAllowed(g)
	}
	if g.Code == guard.AddPath {
		return textf("%s has chosen, and is sent several paths for a prefix (add-path): nothing would be "+
			"taken back from it", g.Member)
	}
	if g.Code == guard.UpdateLength {
		return textf("%s of %s would have %s bytes of attributes, and sending it would end gobgpd, which "+
			"lives with %s", g.Prefix, g.Member, formatNumber(g.Value), formatNumber(g.Limit))
	}
	name := strings.TrimPrefix(strings.TrimPrefix(g.Code, "guard-"), "max-")
	if g.List != "" {
		name += " of " + g.List
	}
	if g.Member != nil {
		name += " of " + g.Member.String()
	}
	if !g.OK && g.Value == 0 && g.Limit == 0 {
		return name // has no number
	}
	text := textf("%s %s of %s %s", name, formatNumber(g.Value), formatNumber(g.Limit), guard.Get(g.Code).Unit)
	if g.Uncounted > 0 {
		text += textf(" (and %s more of what was counted before)", formatNumber(g.Uncounted))
	}
	return text + formatAllowed(g)
}

// formatAllowed says up to how much an override has let a guard pass.
func formatAllowed(g guard.Result) string {
	if g.Passed != guard.ByOverride {
		return ""
	}
	return textf(", %s allowed", formatNumber(g.Allowed))
}

// showGuards shows those that refuse one by one, and the others in a line.
func (v *textView) showGuards(w *tabwriter.Writer, all []guard.Result, full bool) {
	passed := make(map[guard.Passed][]string)
	alike := make(map[guard.Passed]int) // guards on one member each
	refused := 0                        // of these
	for _, g := range all {
		if g.Code == guard.Sessions && g.Value == 0 {
			continue
		}
		if g.OK && g.Code == guard.MaxMemberRoutes && !full {
			alike[g.Passed]++
			continue
		}
		if g.OK {
			passed[g.Passed] = append(passed[g.Passed], guardText(g))
			continue
		}
		if g.Code == guard.MaxMemberRoutes {
			if refused++; refused > fewLines && !full {
				continue
			}
		}
		hint := ""
		if g.Allowed > 0 {
			hint = textf(", at most %s are allowed", formatNumber(g.AtMost()))
		}
		if g.Flag != "" {
			hint += textf(" (hint: %s %d, if it is meant)", g.Flag, g.Suggest)
		}
		writef(w, "guards\t%s: %s%s [%s]\n", guardText(g), v.paintText(red, "refused"), hint, g.Code)
	}
	if more := refused - fewLines; more > 0 && !full {
		writef(w, "guards\t%s more: %s (--full)\n", countOf{more, "member guard"}, v.paintText(red, "refused"))
	}
	for _, why := range []struct {
		passed guard.Passed
		text   string
	}{
		{"", "within limits"},
		{guard.AtFirst, "nothing was applied before that it could be held against"},
		{guard.AsBefore, "over the limit, as before: nothing new is refused"},
		{guard.ByOverride, "over the limit, and no more than is allowed"},
	} {
		if n := alike[why.passed]; n > 0 {
			passed[why.passed] = append(passed[why.passed], countOf{n, "member guard"}.String())
		}
		if some := passed[why.passed]; len(some) > 0 {
			writef(w, "guards\t%s: %s\n", strings.Join(some, ", "), why.text)
		}
	}
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
