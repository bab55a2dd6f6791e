package view

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"depeer/policies/lab/story"
)

// LabStands shows where a lab that stays can be reached.
func (v *jsonView) LabStands(l story.Result) error {
	type member struct {
		Address string `json:"address"`
		ASN     uint32 `json:"asn"`
	}
	members := make([]member, 0, len(l.Members))
	for _, m := range l.Members {
		members = append(members, member{m.Address, m.ASN})
	}
	return writeObject(v.Out, struct {
		SchemaVersion int      `json:"schema_version"`
		Target        string   `json:"target"`
		Members       []member `json:"members"`
	}{SchemaVersion, l.Target, members})
}

func (v *jsonView) Lab(l story.Result) error {
	type member struct {
		Address   string        `json:"address"`
		ASN       uint32        `json:"asn"`
		Announces int           `json:"announces"`
		Before    []story.Route `json:"before"`
		After     []story.Route `json:"after"`
		Restored  bool          `json:"restored"`
	}
	members := make([]member, 0, len(l.Members))
	for _, m := range l.Members {
		members = append(members, member(m))
	}
	return writeObject(v.Out, struct {
		SchemaVersion int      `json:"schema_version"`
		ASN           uint32   `json:"asn"`
		Listing       string   `json:"listing"`
		Provider      string   `json:"provider"`
		Treatment     string   `json:"treatment"`
		Members       []member `json:"members"`
		Applied       string   `json:"applied"`
		RolledBack    string   `json:"rolled_back"`
	}{SchemaVersion, l.ASN, l.Listing, l.Provider, l.Treatment, members, l.Applied.Outcome, l.RolledBack.Outcome})
}

// LabStands shows how to go on with a lab that is kept.
func (v *textView) LabStands(l story.Result) error {
	_, port, _ := strings.Cut(l.Target, ":")
	_, err := writef(v.Out, `
The route server stays, anchored and empty, as a target at %s:
  depeer plan LISTING.yaml --target %s
  gobgp -p %s neighbor               its sessions
Ctrl-C ends it.
`, l.Target, l.Target, port)
	return err
}

func (v *textView) Lab(l story.Result) error {
	var b strings.Builder
	writef(&b, "route server  AS%d, GoBGP on loopback, anchored, %s\n", l.ASN, countOf{len(l.Members), "member"})
	writef(&b, "listing       %s\n", l.Listing)
	writef(&b, "%-13s %s: %s\n", l.Treatment, v.paintText(red, l.Provider), strings.Join(l.Matches, ", "))
	writef(&b, "              %s\n\n", l.Reason)
	writef(&b, "plan          %s; %d calls, one of them live\n", l.Plan, l.Calls)
	writef(&b, "apply         %s; %d of %s reset; %s\n\n", l.Applied.Outcome, len(l.Applied.Reset),
		countOf{len(l.Members), "member"}, proofText(l.Applied))

	table := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "member\taddress\tannounces\tholds before\tafter")
	for _, m := range l.Members {
		writef(table, "AS%d\t%s\t%d\t%d\t%d\n", m.ASN, m.Address, m.Announces, len(m.Before), len(m.After))
	}
	table.Flush()

	listener := findListener(&l)
	writef(&b, "\nWhat AS%d holds, read from its own table:\n\n", listener.ASN)
	gone, same := v.showHeld(&b, listener)
	writef(&b, `
%s gone, %d as before.

rollback      %s; %s
To go on:
  depeer check LISTING.yaml    is a list of your own right?
  depeer emit LISTING.yaml     what it is for gobgpd
  depeer lab --keep            leave this exchange running, to plan and apply on
`, countOf{gone, "route"}, same, l.RolledBack.Outcome, describeRestored(&l))
	return v.show(b.String(), false)
}

// describeRestored says whether the rollback has brought back what members held.
func describeRestored(l *story.Result) string {
	var not []string
	for _, m := range l.Members {
		if !m.Restored {
			not = append(not, textf("AS%d", m.ASN))
		}
	}
	if len(not) == 0 {
		return "every member holds again what it held before"
	}
	return strings.Join(not, ", ") + " do not hold what they held before"
}

// findListener returns the member whose table is shown in full: the first that announces
// nothing, or the last.
func findListener(l *story.Result) story.Member {
	for _, m := range l.Members {
		if m.Announces == 0 {
			return m
		}
	}
	return l.Members[len(l.Members)-1]
}

// showHeld writes a line for each prefix that a member held before, and counts what
// became of them.
func (v *textView) showHeld(w io.Writer, m story.Member) (gone, same int) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer table.Flush()
	fmt.Fprintln(table, "prefix\tbefore, AS path\tafter, AS path")
	for _, r := range m.Before {
		after := "gone"
		if i := slices.IndexFunc(m.After, func(a story.Route) bool { return a.Prefix == r.Prefix }); i >= 0 {
			after = m.After[i].Path
		}
		switch after {
		case "gone":
			gone++
		case r.Path:
			same++
		}
		writef(table, "%s\t%s\t%s\n", r.Prefix, r.Path, after)
	}
	return gone, same
}
