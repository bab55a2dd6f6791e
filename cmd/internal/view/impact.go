package view

import (
	"fmt"
	"net/netip"
	"strings"
	"text/tabwriter"
	"time"

	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// impactJSON is an Impact as JSON. Where no routes were looked at, what is about these is
// not there.
type impactJSON struct {
	Target  *operate.Server `json:"target"`
	Lists   []plan.ListRef  `json:"lists"`
	Changes plan.Summary    `json:"changes"`
	Rib     *operate.Dumps  `json:"rib,omitempty"`
	*impact.Report
	OutOfReach   []operate.Neighbor  `json:"out_of_reach"`
	Operator     []plan.Interference `json:"operator"`
	Polluted     []impact.Polluted   `json:"polluted,omitzero"` // also where there is no report
	Choices      []operate.Chosen    `json:"choices"`           // expected, and not verified
	NotDelivered []length.Route      `json:"not_delivered"`     // too long to be sent
	Alerts       []impact.Alert      `json:"alerts"`
	Guards       []guard.Result      `json:"guards"`
	Diagnostics  []diagnosticJSON    `json:"diagnostics"`
}

func buildImpactJSON(i operate.Impact) impactJSON {
	return impactJSON{
		Target: i.Server, Lists: nonNil(i.Lists), Changes: i.Summary, Rib: i.Rib, Report: i.Report,
		OutOfReach: nonNil(i.OutOfReach), Operator: nonNil(i.Operator), Polluted: i.ListPolluted(),
		Choices: i.Choices.ListMembers(), NotDelivered: nonNil(i.Lengths.NotDelivered),
		Alerts: nonNil(i.Alerts), Guards: nonNil(i.Guards), Diagnostics: buildDiagnostics(i.Diagnostics),
	}
}

func (v *jsonView) Impact(i operate.Impact) error {
	return writeObject(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		impactJSON
	}{SchemaVersion, buildImpactJSON(i)})
}

// Impact shows what a usual list does on one screen.
func (v *textView) Impact(i operate.Impact) error {
	v.Warnings(i.Diagnostics)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	v.showHeadline(w, i)
	v.showAlerts(w, i.Alerts)
	v.showHead(w, "", i)
	v.showRoutes(w, i)
	v.showPolluted(w, i.ListPolluted())
	v.showLengths(w, i)
	v.showChoices(w, i)
	v.showGuards(w, i.Guards, i.Full)
	if err := w.Flush(); err != nil {
		return err
	}
	v.showDetails(&b, i)
	return v.show(b.String(), i.Full)
}

// showAlerts shows the members that lose more than their limit. It comes before all else.
func (v *textView) showAlerts(w *tabwriter.Writer, all []impact.Alert) {
	for _, a := range all {
		writef(w, "%s\tAS%s  %s loses its last path to %s of %s that it could use\n", v.paintText(red, "member"),
			a.ASN, a.Address, formatNumber(a.Lost), countOf{a.Usable, "prefix"})
	}
	if len(all) > 0 {
		fmt.Fprintln(w)
	}
}

// showHead shows the target and the lists.
func (v *textView) showHead(w *tabwriter.Writer, name string, i operate.Impact) {
	if s := i.Server; s != nil {
		anchored := "anchored"
		if n := len(s.Unanchored); n > 0 {
			anchored = textf("%d not anchored yet", n)
		}
		if name != "" {
			name += "  "
		}
		writef(w, "target\t%sAS%d  %s  gobgpd at %s, %s, %s\n", name, s.ASN, s.RouterID, s.Address, anchored,
			countOf{s.Clients, "member"})
	}
	showOutOfReach(w, "", "\t", i.OutOfReach, i.Full)
	showOperator(w, "", i.Operator, i.Full)
	if i.Rib != nil {
		writef(w, "rib\t%s: %s, %s\n", strings.Join(i.Rib.Files, ", "), countOf{i.Rib.Records, "record"},
			countOf{i.Rib.Paths, "path"})
	}
	for _, l := range i.Lists {
		writef(w, "lists\t%s, %s, %s, %s, %s\n", l.Name, formatUpdated(l.Updated, i.At),
			countOf{l.Providers, "provider"},
			countOf{l.Prefixes, "prefix"}, countOf{l.ASNs, "ASN"})
	}
	fmt.Fprintln(w)
}

// formatUpdated writes when a list was updated, and how long ago that is.
func formatUpdated(updated string, at time.Time) string {
	if updated == "" {
		return "not dated"
	}
	day, err := time.Parse(time.DateOnly, updated[:min(len(updated), len(time.DateOnly))])
	if err != nil || at.IsZero() {
		return updated
	}
	return textf("%s (%s old)", updated, countOf{max(0, int(at.Sub(day).Hours()/24)), "day"})
}

// fewLines is how many lines of one kind are shown before the rest is counted.
const fewLines = 5

func limitTo(i *operate.Impact, n int) int {
	if i.Full {
		return n
	}
	return min(n, fewLines)
}

// showRoutes shows the effect on routes, the largest first.
func (v *textView) showRoutes(w *tabwriter.Writer, i operate.Impact) {
	r := i.Report
	if r == nil {
		return
	}
	writef(w, "routes\t%s of %s refused%s, %s changed%s, %s no longer treated\n",
		formatNumber(r.Routes.Refused), formatNumber(r.Routes.Total),
		formatNewly(r.Routes.NewlyRefused, r.Routes.Refused),
		formatNumber(r.Routes.Changed), formatNewly(r.Routes.NewlyChanged, r.Routes.Changed),
		formatNumber(r.Routes.Released))
	writef(w, "prefixes\t%s of %s lose a path, %s the last one%s; %s are chosen anew%s\n",
		formatNumber(r.Prefixes.Refused), formatNumber(r.Prefixes.Total), formatNumber(r.Prefixes.WithoutPath),
		describePrefixesAlready(r), formatNumber(r.Prefixes.Rerouted), formatUnreached(r.Addresses))
	showRoutesAlready(w, r)
	v.showMembers(w, i)
	v.showProviders(w, i)
	notes := []note{
		noteEach("covered", r.Covered, func(c impact.Cover) string {
			return textf("%s (%s) is not announced; %s%s still reaches it", c.Prefix, c.Provider, c.By,
				formatOrigin(c))
		}),
		noteEach("reached", r.Reached, func(c impact.Cover) string {
			return textf("%s (%s) is refused; %s%s still reaches it", c.Prefix, c.Provider, c.By, formatOrigin(c))
		}),
		noteEach("moved", r.Moved, func(s impact.Sighting) string {
			return textf("%s (%s) is announced by AS%s, which is not listed", s.Prefix, s.Provider, s.Origin)
		}),
		noteEach("unlisted", r.Unlisted, func(s impact.Sighting) string {
			return textf("%s is announced by AS%s (%s), and is not listed", s.Prefix, s.Origin, s.Provider)
		}),
		noteEach("gone", listGone(r.Gone, i.Full), func(line string) string { return line }),
		noteEach("seen", r.Seen, describeSeen),
		noteEach("besides", r.Collateral, describeCollateral),
	}
	for _, n := range notes {
		title, shown := n.title, limitTo(&i, n.count)
		for line := range shown {
			writef(w, "%s\t%s\n", title, n.line(line))
			title = ""
		}
		if more := n.count - shown; more > 0 {
			writef(w, "\tand %s more (--full)\n", formatNumber(more))
		}
	}
}

// note is one kind of thing to know, a line for each.
type note struct {
	title string
	count int
	line  func(int) string
}

func noteEach[T any](title string, list []T, line func(T) string) note {
	return note{title, len(list), func(i int) string { return line(list[i]) }}
}

// describeGone says that an entry is not announced, and "any more" only where a plan has counted
// listGone returns a line for each entry that the plan in force has counted and that nobody announces any
// more; what was not seen before either is one line, unless all is asked for.
func listGone(gone []impact.Gone, full bool) []string {
	var lines []string
	var never []impact.Gone
	for _, g := range gone {
		if g.Last == "" {
			never = append(never, g)
		} else {
			lines = append(lines, describeGone(g))
		}
	}
	if len(never) > 1 && !full {
		return append(lines, textf("%s listed prefixes and ASNs are announced by no member (--full)",
			formatNumber(len(never))))
	}
	for _, g := range never {
		lines = append(lines, describeGone(g))
	}
	return lines
}

// routes of it.
func describeGone(g impact.Gone) string {
	if g.Last == "" {
		return textf("%s (%s) is announced by no member", g.Entry, g.Provider)
	}
	return textf("%s (%s) is announced by no member any more; the plan of %s counted routes of it", g.Entry,
		g.Provider, g.Last)
}

// describeSeen says where an entry was seen that does not match there.
func describeSeen(s impact.Seen) string {
	how := map[impact.SeenAs]string{
		impact.Transit: "as transit", impact.InSet: "in an AS_SET", impact.NotNeighbor: "not as the neighbor",
		impact.OutOfReach: "from neighbors out of reach",
	}[s.As]
	return textf("%s (%s) is in %s %s: not matched there", s.Entry, s.Provider, countOf{s.Paths, "path"}, how)
}

// describeEffort says what the change costs.
func describeEffort(i operate.Impact) string {
	if i.Report == nil || i.Server == nil {
		return ""
	}
	e := i.Report.Effort
	if len(e.Resets) == 0 {
		return "; no member is reset"
	}
	again := ""
	if e.Again > 0 {
		again = textf(", %s of them again (secondary-route)", formatNumber(e.Again))
	}
	return textf("; soft reset in: %s of %s, about %.1f s; members are told %s%s",
		formatNumber(len(e.Resets)), countOf{i.Server.Clients, "member"}, e.Seconds, countOf{e.Updates, "route"}, again)
}

func formatNewly(n, of int) string {
	if n == of {
		return ""
	}
	return textf(" (%s of them newly)", formatNumber(n))
}

func formatUnreached(a impact.Addresses) string {
	out := ""
	if a.IPv4 > 0 {
		out += textf("; nothing leads to %s IPv4 addresses", formatNumber(int(a.IPv4)))
	}
	if a.IPv6 > 0 {
		out += textf("; nothing leads to %s IPv6 /64s", formatNumber(int(a.IPv6)))
	}
	return out
}

func formatOrigin(c impact.Cover) string {
	if c.Origin == 0 {
		return ""
	}
	return textf(" from AS%s", c.Origin)
}

// describeCollateral says what happens to who is not listed: what is refused is lost, what is
// changed is not.
func describeCollateral(c impact.Collateral) string {
	who, lost := textf("AS%s is not listed, and", c.Origin), countOf{c.Refused, "route"}
	switch {
	case c.Refused == 0:
		return textf("%s has %s changed behind %s", who, countOf{c.Changed, "route"}, formatASNs(c))
	case c.Changed == 0:
		return textf("%s loses %s behind %s, %s without a path", who, lost, formatASNs(c),
			countOf{c.WithoutPath, "prefix"})
	default:
		return textf("%s loses %s and has %s changed behind %s, %s without a path", who, lost,
			formatNumber(c.Changed),
			formatASNs(c), countOf{c.WithoutPath, "prefix"})
	}
}

func formatASNs(c impact.Collateral) string {
	var out []string
	for _, asn := range c.Via {
		out = append(out, "AS"+asn.String())
	}
	return strings.Join(out, ", ")
}

// longestName is how much of a member's name a table shows.
const longestName = 24

// shortenName returns a name that fits a column.
func shortenName(name string) string {
	name = Escape(name)
	if r := []rune(name); len(r) > longestName {
		return string(r[:longestName-1]) + "…"
	}
	return name
}

// showMembers shows the members with treated routes.
func (v *textView) showMembers(w *tabwriter.Writer, i operate.Impact) {
	t := newTable("member", "", "refused", "changed", "of", "left without a path", "loses", "name")
	for _, m := range mostTreated(i.Report.Members) {
		if m.Refused+m.Changed+m.Released+m.Lost > 0 {
			t.addRow("AS"+m.ASN.String(), m.Address.String(), formatNumber(m.Refused), formatNumber(m.Changed),
				formatNumber(m.Routes), formatNumber(m.WithoutPath), formatNumber(m.Lost), shortenName(m.Name))
		}
	}
	t.show(w, limitTo(&i, len(t.rows)), "member", v.Screen.Width)
}

// showProviders shows the providers whose entries decide.
func (v *textView) showProviders(w *tabwriter.Writer, i operate.Impact) {
	t := newTable("provider", "treatment", "refused", "changed", "prefixes", "left without a path", "members")
	for _, p := range mostDeciding(i.Report.Providers) {
		if p.Refused+p.Changed > 0 {
			t.addRow(p.ID, p.Treatment, formatNumber(p.Refused), formatNumber(p.Changed),
				formatNumber(p.Prefixes), formatNumber(p.WithoutPath), formatAddresses(p.Members))
		}
	}
	t.show(w, limitTo(&i, len(t.rows)), "provider", v.Screen.Width)
}

// formatAddresses writes a few addresses, and counts the rest.
func formatAddresses(list []netip.Addr) string {
	var out []string
	for i, a := range list {
		if i == 3 {
			out = append(out, textf("%d more", len(list)-i))
			break
		}
		out = append(out, a.String())
	}
	return strings.Join(out, ", ")
}
