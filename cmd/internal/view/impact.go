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

// impacted is an Impact as JSON. Where no routes were looked at, what is about these is
// not there.
type impacted struct {
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
	Diagnostics  []diagnostic        `json:"diagnostics"`
}

func impactedOf(i operate.Impact) impacted {
	return impacted{
		Target: i.Server, Lists: nonNil(i.Lists), Changes: i.Summary, Rib: i.Rib, Report: i.Report,
		OutOfReach: nonNil(i.OutOfReach), Operator: nonNil(i.Operator), Polluted: i.ListPolluted(),
		Choices: i.Choices.ListMembers(), NotDelivered: nonNil(i.Lengths.NotDelivered),
		Alerts: nonNil(i.Alerts), Guards: nonNil(i.Guards), Diagnostics: diagnostics(i.Diagnostics),
	}
}

func (v *program) Impact(i operate.Impact) error {
	return object(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		impacted
	}{SchemaVersion, impactedOf(i)})
}

// Impact shows what a usual list does on one screen.
func (v *person) Impact(i operate.Impact) error {
	v.Warnings(i.Diagnostics)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	v.alerts(w, i.Alerts)
	v.head(w, "", i)
	v.routes(w, i)
	v.polluted(w, i.ListPolluted())
	v.lengths(w, i)
	v.choices(w, i)
	v.guards(w, i.Guards)
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprint(v.Out, b.String())
	return err
}

// alerts say first who loses more than is usual.
func (v *person) alerts(w *tabwriter.Writer, all []impact.Alert) {
	for _, a := range all {
		fmt.Fprintf(w, "%s\tAS%s  %s loses its last path to %s of %s that it could use\n", v.paint(red, "member"),
			a.ASN, a.Address, group(a.Lost), counted{a.Usable, "prefix"})
	}
	if len(all) > 0 {
		fmt.Fprintln(w)
	}
}

// head says which target and which lists.
func (v *person) head(w *tabwriter.Writer, name string, i operate.Impact) {
	if s := i.Server; s != nil {
		anchored := "anchored"
		if n := len(s.Unanchored); n > 0 {
			anchored = fmt.Sprintf("%d not anchored yet", n)
		}
		if name != "" {
			name += "  "
		}
		fmt.Fprintf(w, "target\t%sAS%d  %s  gobgpd at %s, %s, %s\n", name, s.ASN, s.RouterID, s.Address, anchored,
			counted{s.Clients, "member"})
	}
	outOfReach(w, "", "\t", i.OutOfReach, i.Full)
	operator(w, "", i.Operator, i.Full)
	if i.Rib != nil {
		fmt.Fprintf(w, "rib\t%s: %s, %s\n", strings.Join(i.Rib.Files, ", "), counted{i.Rib.Records, "record"},
			counted{i.Rib.Paths, "path"})
	}
	for _, l := range i.Lists {
		fmt.Fprintf(w, "lists\t%s, %s, %s, %s, %s\n", l.Name, dated(l.Updated, i.At), counted{l.Providers, "provider"},
			counted{l.Prefixes, "prefix"}, counted{l.ASNs, "ASN"})
	}
	fmt.Fprintln(w)
}

// dated writes when a list was updated, and how long ago that is.
func dated(updated string, at time.Time) string {
	if updated == "" {
		return "not dated"
	}
	day, err := time.Parse(time.DateOnly, updated[:min(len(updated), len(time.DateOnly))])
	if err != nil || at.IsZero() {
		return updated
	}
	return fmt.Sprintf("%s (%s old)", updated, counted{max(0, int(at.Sub(day).Hours()/24)), "day"})
}

// few is how many lines of one kind are shown before the rest is counted.
const few = 5

func limitTo(i *operate.Impact, n int) int {
	if i.Full {
		return n
	}
	return min(n, few)
}

// routes shows what becomes of routes, most first.
func (v *person) routes(w *tabwriter.Writer, i operate.Impact) {
	r := i.Report
	if r == nil {
		return
	}
	fmt.Fprintf(w, "routes\t%s of %s refused%s, %s changed%s, %s no longer treated\n",
		group(r.Routes.Refused), group(r.Routes.Total), newly(r.Routes.NewlyRefused, r.Routes.Refused),
		group(r.Routes.Changed), newly(r.Routes.NewlyChanged, r.Routes.Changed), group(r.Routes.Released))
	fmt.Fprintf(w, "prefixes\t%s of %s lose a path, %s the last one%s; %s are chosen anew%s\n",
		group(r.Prefixes.Refused), group(r.Prefixes.Total), group(r.Prefixes.WithoutPath), prefixesAlready(r),
		group(r.Prefixes.Rerouted), unreached(r.Addresses))
	routesAlready(w, r)
	v.members(w, i)
	v.providers(w, i)
	notes := []note{
		each("covered", r.Covered, func(c impact.Cover) string {
			return fmt.Sprintf("%s (%s) is not announced; %s%s still reaches it", c.Prefix, c.Provider, c.By, from(c))
		}),
		each("reached", r.Reached, func(c impact.Cover) string {
			return fmt.Sprintf("%s (%s) is refused; %s%s still reaches it", c.Prefix, c.Provider, c.By, from(c))
		}),
		each("moved", r.Moved, func(s impact.Sighting) string {
			return fmt.Sprintf("%s (%s) is now announced by AS%s, which is not listed", s.Prefix, s.Provider, s.Origin)
		}),
		each("unlisted", r.Unlisted, func(s impact.Sighting) string {
			return fmt.Sprintf("%s is announced by AS%s (%s), and is not listed", s.Prefix, s.Origin, s.Provider)
		}),
		each("gone", r.Gone, func(g impact.Gone) string {
			return fmt.Sprintf("%s (%s) is not seen any more", g.Entry,
				g.Provider)
		}),
		each("besides", r.Collateral, besides),
	}
	for _, n := range notes {
		title, shown := n.title, limitTo(&i, n.count)
		for line := range shown {
			fmt.Fprintf(w, "%s\t%s\n", title, n.line(line))
			title = ""
		}
		if more := n.count - shown; more > 0 {
			fmt.Fprintf(w, "\tand %s more (--full)\n", group(more))
		}
	}
}

// note is one kind of thing to know, a line for each.
type note struct {
	title string
	count int
	line  func(int) string
}

func each[T any](title string, list []T, line func(T) string) note {
	return note{title, len(list), func(i int) string { return line(list[i]) }}
}

// effort says what the change costs.
func effort(i operate.Impact) string {
	if i.Report == nil || i.Server == nil {
		return ""
	}
	e := i.Report.Effort
	if len(e.Resets) == 0 {
		return "; no member is reset"
	}
	again := ""
	if e.Again > 0 {
		again = fmt.Sprintf(", %s of them again (secondary-route)", group(e.Again))
	}
	return fmt.Sprintf("; soft reset in: %s of %s, about %.1f s; members are told %s%s",
		group(len(e.Resets)), counted{i.Server.Clients, "member"}, e.Seconds, counted{e.Updates, "route"}, again)
}

func newly(n, of int) string {
	if n == of {
		return ""
	}
	return fmt.Sprintf(" (%s of them newly)", group(n))
}

func unreached(a impact.Addresses) string {
	out := ""
	if a.IPv4 > 0 {
		out += fmt.Sprintf("; nothing leads to %s IPv4 addresses", group(int(a.IPv4)))
	}
	if a.IPv6 > 0 {
		out += fmt.Sprintf("; nothing leads to %s IPv6 /64s", group(int(a.IPv6)))
	}
	return out
}

func from(c impact.Cover) string {
	if c.Origin == 0 {
		return ""
	}
	return fmt.Sprintf(" from AS%s", c.Origin)
}

// besides says what happens to who is not listed: what is refused is lost, what is
// changed is not.
func besides(c impact.Collateral) string {
	who, lost := fmt.Sprintf("AS%s is not listed, and", c.Origin), counted{c.Refused, "route"}
	switch {
	case c.Refused == 0:
		return fmt.Sprintf("%s has %s changed behind %s", who, counted{c.Changed, "route"}, asns(c))
	case c.Changed == 0:
		return fmt.Sprintf("%s loses %s behind %s, %s without a path", who, lost, asns(c),
			counted{c.WithoutPath, "prefix"})
	default:
		return fmt.Sprintf("%s loses %s and has %s changed behind %s, %s without a path", who, lost, group(c.Changed),
			asns(c), counted{c.WithoutPath, "prefix"})
	}
}

func asns(c impact.Collateral) string {
	var out []string
	for _, asn := range c.Via {
		out = append(out, "AS"+asn.String())
	}
	return strings.Join(out, ", ")
}

// members shows whose routes are treated.
func (v *person) members(w *tabwriter.Writer, i operate.Impact) {
	shown, more := 0, 0
	for _, m := range mostTreated(i.Report.Members) {
		if m.Refused+m.Changed+m.Released+m.Lost == 0 {
			continue
		}
		if shown == limitTo(&i, len(i.Report.Members)) {
			more++
			continue
		}
		if shown == 0 {
			fmt.Fprint(w, "\tmember\t\trefused\tchanged\tof\tleft without a path\tcannot use itself\n")
		}
		shown++
		fmt.Fprintf(w, "\tAS%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.ASN, m.Address, group(m.Refused), group(m.Changed),
			group(m.Routes), group(m.WithoutPath), group(m.Lost))
	}
	if more > 0 {
		fmt.Fprintf(w, "\tand %s more (--full)\n", counted{more, "member"})
	}
}

// providers shows which listings decide.
func (v *person) providers(w *tabwriter.Writer, i operate.Impact) {
	shown, more := 0, 0
	for _, p := range mostDeciding(i.Report.Providers) {
		if p.Refused+p.Changed == 0 {
			continue
		}
		if shown == limitTo(&i, len(i.Report.Providers)) {
			more++
			continue
		}
		if shown == 0 {
			fmt.Fprint(w, "\tprovider\ttreatment\trefused\tchanged\tprefixes\tleft without a path\tof members\n")
		}
		shown++
		fmt.Fprintf(w, "\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.ID, p.Treatment, group(p.Refused), group(p.Changed),
			group(p.Prefixes), group(p.WithoutPath), addresses(p.Members))
	}
	if more > 0 {
		fmt.Fprintf(w, "\tand %s more (--full)\n", counted{more, "provider"})
	}
}

// addresses names a few.
func addresses(list []netip.Addr) string {
	var out []string
	for i, a := range list {
		if i == 3 {
			out = append(out, fmt.Sprintf("%d more", len(list)-i))
			break
		}
		out = append(out, a.String())
	}
	return strings.Join(out, ", ")
}
