package view

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"depeer/filters/diag"
)

// Meaning is the result of explain for a large community: what an exchange tells by it.
type Meaning struct {
	Query       string
	Reason      bool   // only the route server gives it
	Treatments  []Told // that add it; none: it is not told by this exchange
	Diagnostics diag.List
}

// Told is a treatment that adds a community.
type Told struct {
	Treatment string       `json:"treatment"`
	Effect    string       `json:"effect"`    // what else it changes
	Providers []ProviderID `json:"providers"` // that are treated so today
}

// ProviderID names a provider.
type ProviderID struct {
	List string `json:"list"`
	ID   string `json:"id"`
}

func (v *jsonView) Meaning(m Meaning) error {
	told := nonNil(m.Treatments)
	for i := range told {
		told[i].Providers = nonNil(told[i].Providers)
	}
	return writeObject(v.Out, struct {
		SchemaVersion int              `json:"schema_version"`
		Query         string           `json:"query"`
		Reason        bool             `json:"reason"`
		Treatments    []Told           `json:"treatments"`
		Diagnostics   []diagnosticJSON `json:"diagnostics"`
	}{SchemaVersion, m.Query, m.Reason, told, buildDiagnostics(m.Diagnostics)})
}

func (v *textView) Meaning(m Meaning) error {
	v.Warnings(m.Diagnostics)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	writef(w, "%s\n\n", m.Query)
	for _, t := range m.Treatments {
		writef(w, "means\tthe route is treated as %s: %s\n", t.Treatment,
			orElse(t.Effect, "told, and nothing else"))
		for i, p := range t.Providers {
			if i == mostProviders {
				writef(w, "\tand %s more\n", countOf{len(t.Providers) - mostProviders, "provider"})
				break
			}
			title := ""
			if i == 0 {
				title = "because of"
			}
			writef(w, "%s\t%s (%s)\n", title, p.ID, p.List)
		}
		if len(t.Providers) == 0 {
			fmt.Fprintln(w, "because of\tnobody today")
		}
	}
	switch {
	case len(m.Treatments) == 0 && m.Reason:
		fmt.Fprintln(w, "means\tnothing: it is a reason of the exchange's, and no treatment tells it; what members "+
			"send of it is scrubbed")
	case len(m.Treatments) == 0:
		fmt.Fprintln(w, "means\tnothing that this exchange's treatments tell")
	case m.Reason:
		fmt.Fprintln(w, "given by\tthe route server alone: what members send of it is scrubbed")
	default:
		fmt.Fprintln(w, "given by\tthe route server, and by whoever sends it: it is no reason, and not scrubbed")
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return v.show(b.String(), false)
}
