package view

import (
	"strings"
	"text/tabwriter"

	"depeer/policies/impact"
	"depeer/policies/operate"
)

// showHeadline says in a line what comes of it: what is refused, of which members, and who loses a last
// path.
func (v *textView) showHeadline(w *tabwriter.Writer, i operate.Impact) {
	if i.Report != nil {
		text := describeImpact(i.Report)
		if n := len(i.Choices.ListMembers()); n > 0 {
			text += textf("; %s chosen for %s", haveChosen(n), reflexivePronoun(n))
		}
		writef(w, "in short\t%s\n\n", text)
	}
}

func describeImpact(r *impact.Report) string {
	n := r.Routes
	if n.Refused+n.Changed+n.Released == 0 {
		return textf("nothing is refused or changed of %s", countOf{n.Total, "route"})
	}
	var parts []string
	if n.Refused > 0 {
		parts = append(parts, textf("%s of %s refused%s, of %s", formatNumber(n.Refused), areRoutes(n.Total),
			formatNewly(n.NewlyRefused, n.Refused), nameMembers(r, func(m impact.Member) int { return m.Refused })))
	}
	if n.Changed > 0 {
		parts = append(parts, textf("%s changed%s, of %s", formatNumber(n.Changed),
			formatNewly(n.NewlyChanged, n.Changed), nameMembers(r, func(m impact.Member) int { return m.Changed })))
	}
	if n.Released > 0 {
		parts = append(parts, textf("%s no longer treated", formatNumber(n.Released)))
	}
	if p := r.Prefixes.WithoutPath; p > 0 {
		goes := textf("the last path to %s goes", countOf{p, "prefix"})
		if losers := nameMembers(r, func(m impact.Member) int { return m.Lost }); losers != "" {
			goes += ", for " + losers
		}
		parts = append(parts, goes)
	}
	return strings.Join(parts, "; ")
}

// areRoutes writes "1 route is", "8 routes are".
func areRoutes(n int) string {
	if n == 1 {
		return "1 route is"
	}
	return countOf{n, "route"}.String() + " are"
}

// nameMembers names the members that something happens to, most first: a few of them, and how many
// more.
func nameMembers(r *impact.Report, count func(impact.Member) int) string {
	const few = 3
	var names []string
	more := 0
	for _, m := range mostTreated(r.Members) {
		switch {
		case count(m) == 0:
		case len(names) < few:
			names = append(names, "AS"+m.ASN.String())
		default:
			more++
		}
	}
	if more > 0 {
		return textf("%s and %s more", strings.Join(names, ", "), formatNumber(more))
	}
	return strings.Join(names, ", ")
}
