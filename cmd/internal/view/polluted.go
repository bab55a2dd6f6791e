package view

import (
	"text/tabwriter"

	"depeer/policies/impact"
	"depeer/policies/operate"
)

// staysText says what a clear does not take off.
const staysText = "what was left on these routes, such as local-pref and prepends: members that get them hold it until " +
	"they are announced again"

// showPolluted names the members with routes that are treated already, or announced so, and
// the cure.
func (v *textView) showPolluted(w *tabwriter.Writer, all []impact.Polluted) {
	for i, m := range all {
		title := ""
		if i == 0 {
			title = "polluted"
		}
		writef(w, "%s\t%s %s\n", title, m.Address, operate.DescribePolluted(m))
	}
	v.showCure(w, "", all)
}

// showCure says what heals routes that are treated already, if there are any.
func (v *textView) showCure(w *tabwriter.Writer, indent string, all []impact.Polluted) {
	if len(all) > 0 {
		writef(w, "%scure\t%s\n", indent, operate.Cure)
	}
}

// leftText says what members hold of a treatment that no policy of ours gives.
func leftText(a operate.Result) string {
	text := ""
	for _, m := range a.Polluted {
		text += textf("  polluted  %s %s\n", m.Address, operate.DescribePolluted(m))
	}
	if a.Stays && len(a.Polluted) > 0 {
		text += textf("  stays     %s\n", staysText)
	}
	if len(a.Polluted) > 0 {
		text += textf("  cure      %s\n", operate.Cure)
	}
	if a.Unlooked != "" {
		text += textf("  polluted  %s\n", a.Unlooked)
	}
	return text
}
