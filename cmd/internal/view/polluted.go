package view

import (
	"fmt"
	"text/tabwriter"

	"depeer/policies/impact"
)

// Cure is what makes routes that are treated already what their member announces.
//
// TestFactFilteredListingWritesBack holds what does help, and what does not.
const Cure = "have the member announce everything again (BIRD: reload out PROTOCOL), or else reset its session, " +
	"which is down for half a minute then; gobgpd's own soft reset does not help"

// stays says what a clear does not take off.
const stays = "what was left on these routes, such as local-pref and prepends: members that get them hold it until " +
	"they are announced again"

// PollutedText says of a member what is polluted, as a clause.
func PollutedText(m impact.Polluted) string {
	name := ""
	if m.Name != "" {
		name = ", " + m.Name
	}
	return fmt.Sprintf("of AS%s%s: %s treated already, or announced so", m.ASN, name, counted{m.Prefixes, "prefix"})
}

// polluted returns what is known of it; nil where no routes were looked at.
func (i *Impact) polluted() []impact.Polluted {
	if i.Polluted == nil && i.Report != nil {
		return i.Report.Polluted
	}
	return i.Polluted
}

// polluted names the members with routes that are treated already, or announced so, and
// the cure.
func (v *person) polluted(w *tabwriter.Writer, all []impact.Polluted) {
	for i, m := range all {
		title := ""
		if i == 0 {
			title = "polluted"
		}
		fmt.Fprintf(w, "%s\t%s %s\n", title, m.Address, PollutedText(m))
	}
	v.cure(w, "", all)
}

// cure says what heals routes that are treated already, if there are any.
func (v *person) cure(w *tabwriter.Writer, indent string, all []impact.Polluted) {
	if len(all) > 0 {
		fmt.Fprintf(w, "%scure\t%s\n", indent, Cure)
	}
}

// left says what members hold of a treatment that no policy of ours gives.
func (a Apply) left() string {
	text := ""
	for _, m := range a.Polluted {
		text += fmt.Sprintf("  polluted  %s %s\n", m.Address, PollutedText(m))
	}
	if a.Stays && len(a.Polluted) > 0 {
		text += fmt.Sprintf("  stays     %s\n", stays)
	}
	if len(a.Polluted) > 0 {
		text += fmt.Sprintf("  cure      %s\n", Cure)
	}
	if a.Unlooked != "" {
		text += fmt.Sprintf("  polluted  %s\n", a.Unlooked)
	}
	return text
}
