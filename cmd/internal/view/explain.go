package view

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"depeer/policies/impact"
	"depeer/policies/operate"
)

func (v *jsonView) Explain(e operate.Explanation) error {
	return writeObject(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		*impact.Explanation
		Target      *operate.Server  `json:"target"`
		Rib         *operate.Dumps   `json:"rib,omitempty"`
		Diagnostics []diagnosticJSON `json:"diagnostics"`
	}{SchemaVersion, e.Explanation, e.Server, e.Rib, buildDiagnostics(e.Diagnostics)})
}

// Explain answers for what is refused, with evidence.
func (v *textView) Explain(e operate.Explanation) error {
	v.Warnings(e.Diagnostics)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	writef(w, "%s\n\n", e.Query)
	for _, m := range e.Matches {
		v.showMatch(w, "listed", m)
	}
	if e.WhyNot != "" {
		writef(w, "not matched\t%s\n", e.WhyNot)
	}
	if e.Nearest != nil {
		v.showMatch(w, "nearest", *e.Nearest)
	}
	v.showAnnouncers(w, e)
	for n, c := range e.CoveredBy {
		title := ""
		if n == 0 {
			title = "covered by"
		}
		writef(w, "%s\t%s%s\n", title, c.Prefix, formatOrigin(impact.Cover{Origin: c.Origin}))
	}
	if in := e.Inside; in.Routes > 0 {
		writef(w, "inside\t%s, %s refused, %s changed\n", countOf{in.Routes, "route"}, formatNumber(in.Refused),
			formatNumber(in.Changed))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return v.show(b.String(), e.Full)
}

// showMatch shows an entry with its evidence, and who answers for it.
func (v *textView) showMatch(w *tabwriter.Writer, title string, m impact.Match) {
	writef(w, "%s\t%s (%s) by %s, %s:%d\n", title, m.Provider, m.List, m.Entry, m.File,
		m.Line)
	line := func(title, format string, args ...any) {
		writef(w, "%s\t"+format+"\n", append([]any{title}, args...)...)
	}
	if m.Name != m.Provider {
		line("name", "%s", m.Name)
	}
	switch {
	case m.Treatment != "" && m.Effect != "":
		line("treatment", "%s: %s", m.Treatment, m.Effect)
	case m.Treatment != "":
		line("treatment", "%s", m.Treatment)
	default:
		line("treatment", "none: %s", m.State)
	}
	if o := m.Overruled; o != nil {
		line("overruled by", "%s (%s) by %s: %s", o.Provider, o.List, o.Entry, o.Treatment)
	}
	if m.Statement != "" {
		line("statement", "%s", m.Statement)
	}
	if m.Told != "" {
		line("told by", "%s", m.Told)
	}
	if m.Reason != "" {
		line("reason", "%s", m.Reason)
	}
	for _, e := range m.Evidence {
		line("evidence", "%s", strings.TrimSpace(e.Ref+"  "+e.URL))
	}
	since := textf("%s until %s", orElse(m.Listed, "not said"), orElse(m.Expires, "it is taken out"))
	if m.Review != "" {
		since += ", to be reviewed by " + m.Review
	}
	if m.Next != "" {
		since += textf("; %s from %s on", m.Next, m.NextFrom)
	}
	line("since", "%s", since)
	if len(m.Approved) > 0 {
		line("approved by", "%s", strings.Join(m.Approved, ", "))
	}
	if m.Contact != "" {
		line("contact", "%s", m.Contact)
	}
	if len(m.Upstreams) > 0 {
		line("carried by", "%s, as reported; not matched", formatASNs(impact.Collateral{Via: m.Upstreams}))
	}
	fmt.Fprintln(w)
}

// showAnnouncers shows the members that announce it, with the verdict on each path.
func (v *textView) showAnnouncers(w *tabwriter.Writer, e operate.Explanation) {
	n := min(len(e.AnnouncedBy), 2*fewLines)
	if e.Full {
		n = len(e.AnnouncedBy)
	}
	for i, a := range e.AnnouncedBy[:n] {
		title, verdict := "", a.Verdict
		if i == 0 {
			title = "announced by"
		}
		if a.Verdict == "changed" {
			verdict += ": " + a.Effect
		}
		verdict += describeAlready(a)
		if a.Polluted {
			verdict += "; treated already, or announced so"
		}
		writef(w, "%s\tAS%s  %s\t%s\t%s\t%s\n", title, a.ASN, a.Address, a.Prefix, a.ASPath, verdict)
	}
	if more := len(e.AnnouncedBy) - n; more > 0 {
		writef(w, "\tand %s more (--full)\n", formatNumber(more))
	}
}
