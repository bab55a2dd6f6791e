package view

import (
	"fmt"
	"text/tabwriter"

	"depeer/policies/length"
	"depeer/policies/operate"
)

// lengths shows routes that are too long to be sent.
func (v *person) lengths(w *tabwriter.Writer, i operate.Impact) {
	all := i.Lengths.NotDelivered
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "%s\t%s, and members keep the route that they had\n", v.paint(red, "too long"),
		notDelivered(len(all)))
	shown := limitTo(&i, len(all))
	for _, r := range all[:shown] {
		fmt.Fprintf(w, "\t%s\n", lengthText(r))
	}
	if more := len(all) - shown; more > 0 {
		fmt.Fprintf(w, "\tand %s more (--full)\n", group(more))
	}
}

// lengths names routes that are too long to be sent.
func lengthsText(a operate.Result) string {
	if len(a.NotDelivered) == 0 {
		return ""
	}
	text := fmt.Sprintf("  too long  %s, and members keep the route that they had\n", notDelivered(len(a.NotDelivered)))
	for n, r := range a.NotDelivered {
		if n == few {
			return text + fmt.Sprintf("            and %s more\n", group(len(a.NotDelivered)-few))
		}
		text += fmt.Sprintf("            %s\n", lengthText(r))
	}
	return text
}

// nearLimit shows treated routes that are nearly too long to be sent.
func (v *person) nearLimit(w *tabwriter.Writer, all []length.Route) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "  long\t%s within %d bytes of what gobgpd sends, or too long for it\n", areTreated(len(all)),
		length.Near)
	for n, r := range all {
		if n == few {
			fmt.Fprintf(w, "  \tand %s more\n", group(len(all)-few))
			return
		}
		fmt.Fprintf(w, "  \t%s\n", lengthText(r))
	}
}

func notDelivered(n int) string {
	if n == 1 {
		return "1 route is not delivered: gobgpd 3.37 sends nothing of that length"
	}
	return group(n) + " routes are not delivered: gobgpd 3.37 sends nothing of that length"
}

func areTreated(n int) string {
	if n == 1 {
		return "1 treated route is"
	}
	return group(n) + " treated routes are"
}

// lengthText says how long a route is, and to whom it is not sent.
func lengthText(r length.Route) string {
	text := fmt.Sprintf("%s of %s: %s bytes of attributes", r.Prefix, r.Member, group(r.Bytes))
	if r.Announced != r.Bytes {
		text += fmt.Sprintf(", %s as announced", group(r.Announced))
	}
	if len(r.To) > 0 {
		text += "; not to " + addresses(r.To)
	}
	return text
}
