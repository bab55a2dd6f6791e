package view

import (
	"io"
	"strings"

	"depeer/policies/impact"
	"depeer/policies/plan"
)

// Routes that the operator's own policies refuse already are no loss: they are shown apart.

// describePrefixesAlready says how many prefixes have no path because of these policies.
func describePrefixesAlready(r *impact.Report) string {
	if r.Prefixes.RefusedAlready == 0 {
		return ""
	}
	return textf(", and %s more are refused by your own policies already",
		formatNumber(r.Prefixes.RefusedAlready))
}

// showRoutesAlready says how many of the treated routes they refuse, and of how many that is not known.
func showRoutesAlready(w io.Writer, r *impact.Report) {
	var said []string
	if n := r.Routes.RefusedAlready; n > 0 {
		said = append(said, textf("your own policies refuse %s of these routes already", formatNumber(n)))
	}
	if n := r.Routes.NotKnown; n > 0 {
		said = append(said, textf("whether your own policies refuse them, too, is not known of %s: what is in "+
			"force refuses them", countOf{n, "route"}))
	}
	if len(said) > 0 {
		writef(w, "already\t%s\n", strings.Join(said, "; "))
	}
}

// describeAlready says whether the operator's own policies refuse an announcement, and which of them may.
func describeAlready(a impact.Announcement) string {
	switch {
	case a.NotKnown:
		return "; whether your own policies refuse it, too, is not known"
	case len(a.RefusedBy) == 0:
		return ""
	case len(a.RefusedBy) > 1:
		return "; refused already by one of your own policies " + strings.Join(a.RefusedBy, ", ")
	case a.RefusedBy[0] == plan.DefaultRefuses:
		return "; refused already by the default of your own import list"
	default:
		return "; refused already by your own policy " + a.RefusedBy[0]
	}
}
