package view

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"
)

// Choices is what members who have chosen something for themselves are expected to get.
type Choices struct {
	Members  []Chosen
	Prefixes int // that anybody announces
}

// Chosen is one session of such a member. Counts are of prefixes.
type Chosen struct {
	Address        netip.Addr        `json:"address"`
	ASN            uint32            `json:"asn"`
	Name           string            `json:"name"`
	Wishes         map[string]string `json:"wishes"` // by list
	SecondaryRoute bool              `json:"secondary_route"`
	Refused        int               `json:"refused"`  // it refuses the best path that there is for it
	Changed        int               `json:"changed"`  // it gets a path that is changed for it alone
	Another        int               `json:"another"`  // of those refused: it gets another path
	Withheld       int               `json:"withheld"` // of those refused: it would get another one, with secondary-route
}

func (c *Choices) members() []Chosen {
	if c == nil {
		return []Chosen{}
	}
	return c.Members
}

// choices shows what is expected, and says that it is no more than that.
func (v *person) choices(w *tabwriter.Writer, i Impact) {
	all := i.Choices.members()
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "choices\t%s chosen for %s; expected, and not verified: gobgpd 3.37 cannot tell what members got\n",
		haveChosen(len(all)), themselves(len(all)))
	fmt.Fprint(w, "\tmember\t\trefused\tchanged\tanother path\twithheld\tits choices\n")
	shown := i.few(len(all))
	for _, c := range all[:shown] {
		fmt.Fprintf(w, "\tAS%d\t%s\t%s\t%s\t%s\t%s\t%s\n", c.ASN, c.Address, group(c.Refused), group(c.Changed),
			group(c.Another), group(c.Withheld), c.wishes())
	}
	if more := len(all) - shown; more > 0 {
		fmt.Fprintf(w, "\tand %s more (--full)\n", counted{more, "member"})
	}
	for _, c := range all {
		if c.Withheld > 0 {
			fmt.Fprintf(w, "\t%s would get another path to %s with secondary-route = true; each soft reset then "+
				"sends it all again that is announced: %s here\n",
				c.Address, counted{c.Withheld, "prefix"}, counted{i.Choices.Prefixes, "prefix"})
		}
	}
}

func haveChosen(n int) string {
	if n == 1 {
		return "1 member has"
	}
	return group(n) + " members have"
}

func themselves(n int) string {
	if n == 1 {
		return "itself"
	}
	return "themselves"
}

// wishes writes what is chosen, by the names of lists.
func (c Chosen) wishes() string {
	var words []string
	for _, list := range slices.Sorted(maps.Keys(c.Wishes)) {
		words = append(words, list+" "+c.Wishes[list])
	}
	return strings.Join(words, ", ")
}
