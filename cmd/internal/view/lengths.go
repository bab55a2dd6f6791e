package view

import (
	"text/tabwriter"

	"depeer/policies/length"
	"depeer/policies/operate"
)

// showLengths shows routes that are too long to be sent.
func (v *textView) showLengths(w *tabwriter.Writer, i operate.Impact) {
	all := i.Lengths.NotDelivered
	if len(all) == 0 {
		return
	}
	writef(w, "%s\t%s, and members keep the route that they had\n", v.paintText(red, "too long"),
		formatNotDelivered(len(all)))
	shown := limitTo(&i, len(all))
	for _, r := range all[:shown] {
		writef(w, "\t%s\n", lengthText(r))
	}
	if more := len(all) - shown; more > 0 {
		writef(w, "\tand %s more (--full)\n", formatNumber(more))
	}
}

// lengthsText names routes that are too long to be sent.
func lengthsText(a operate.Result) string {
	if len(a.NotDelivered) == 0 {
		return ""
	}
	text := textf("  too long  %s, and members keep the route that they had\n",
		formatNotDelivered(len(a.NotDelivered)))
	for n, r := range a.NotDelivered {
		if n == fewLines {
			return text + textf("            and %s more\n", formatNumber(len(a.NotDelivered)-fewLines))
		}
		text += textf("            %s\n", lengthText(r))
	}
	return text
}

// showNearLimit shows treated routes that are nearly too long to be sent.
func (v *textView) showNearLimit(w *tabwriter.Writer, all []length.Route) {
	if len(all) == 0 {
		return
	}
	writef(w, "  long\t%s within %d bytes of what gobgpd sends, or too long for it\n", formatTreated(len(all)),
		length.Near)
	for n, r := range all {
		if n == fewLines {
			writef(w, "  \tand %s more\n", formatNumber(len(all)-fewLines))
			return
		}
		writef(w, "  \t%s\n", lengthText(r))
	}
}

func formatNotDelivered(n int) string {
	if n == 1 {
		return "1 route is not delivered: gobgpd 3.37 sends nothing of that length"
	}
	return formatNumber(n) + " routes are not delivered: gobgpd 3.37 sends nothing of that length"
}

func formatTreated(n int) string {
	if n == 1 {
		return "1 treated route is"
	}
	return formatNumber(n) + " treated routes are"
}

// lengthText says how long a route is, and to which members it is not sent.
func lengthText(r length.Route) string {
	text := textf("%s of %s: %s bytes of attributes", r.Prefix, r.Member, formatNumber(r.Bytes))
	if r.Announced != r.Bytes {
		text += textf(", %s as announced", formatNumber(r.Announced))
	}
	if len(r.To) > 0 {
		text += "; not to " + formatAddresses(r.To)
	}
	return text
}
