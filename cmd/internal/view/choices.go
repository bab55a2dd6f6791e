package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"depeer/policies/operate"
)

// showChoices shows what members with choices are expected to get, and says that this is not
// verified.
func (v *textView) showChoices(w *tabwriter.Writer, i operate.Impact) {
	all := i.Choices.ListMembers()
	if len(all) == 0 {
		return
	}
	writef(w, "choices\t%s chosen for %s; expected, and not verified: gobgpd 3.37 cannot tell what members got\n",
		haveChosen(len(all)), reflexivePronoun(len(all)))
	fmt.Fprint(w, "\tmember\t\trefused\tchanged\tanother path\twithheld\tits choices\n")
	shown := limitTo(&i, len(all))
	for _, c := range all[:shown] {
		writef(w, "\tAS%d\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ASN, c.Address, formatNumber(c.Refused),
			formatNumber(c.Changed),
			formatNumber(c.Another), formatNumber(c.Withheld), formatChoices(c))
	}
	if more := len(all) - shown; more > 0 {
		writef(w, "\tand %s more (--full)\n", countOf{more, "member"})
	}
	for _, c := range all {
		if c.Withheld > 0 {
			writef(w, "\t%s would get another path to %s with secondary-route = true; each soft reset then "+
				"sends it all again that is announced: %s here\n",
				c.Address, countOf{c.Withheld, "prefix"}, countOf{i.Choices.Prefixes, "prefix"})
		}
	}
}

func haveChosen(n int) string {
	if n == 1 {
		return "1 member has"
	}
	return formatNumber(n) + " members have"
}

func reflexivePronoun(n int) string {
	if n == 1 {
		return "itself"
	}
	return "themselves"
}

// formatChoices writes a member's choices, by the names of lists.
func formatChoices(c operate.Chosen) string {
	var words []string
	for _, list := range slices.Sorted(maps.Keys(c.Policies)) {
		words = append(words, list+" "+c.Policies[list])
	}
	return strings.Join(words, ", ")
}
