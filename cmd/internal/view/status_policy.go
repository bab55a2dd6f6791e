package view

import (
	"io"
	"strings"
	"time"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

// noNilLists makes empty lists of nil ones: JSON has [] for them, not null.
func noNilLists(t *operate.Status) {
	for _, p := range []*operate.Policy{t.InForce, t.Expected} {
		if p != nil {
			p.Lists = nonNil(p.Lists)
		}
	}
	if t.Wanted != nil {
		t.Wanted.Lists = nonNil(t.Wanted.Lists)
	}
}

// policiesText writes what is in force, what history expected, and what lists ask for.
func policiesText(w io.Writer, t *operate.Status) {
	if !t.Looked {
		return
	}
	writef(w, "  in force\t%s\n", policyText(t.InForce))
	for _, l := range t.Lists {
		writef(w, "  list\t%s, %s\n", l.Name, orElse(l.Updated, "not dated"))
	}
	switch {
	case t.InForce != nil && t.Expected != nil && t.InForce.Digest == t.Expected.Digest, t.InForce == nil &&
		t.Expected == nil:
		writef(w, "  expected\tthe same\n")
	default:
		writef(w, "  expected\t%s\n", policyText(t.Expected))
	}
	switch {
	case t.Wanted == nil:
	case t.InForce != nil && t.InForce.Digest == t.Wanted.Digest:
		writef(w, "  lists ask\tthe same\n")
	default:
		writef(w, "  lists ask\t%s, digest %.12s\n", orElse(joinListNames(t.Wanted.Lists), "nothing"),
			t.Wanted.Digest)
	}
}

// policyText says in a clause which policy is in force, since when and by whom.
func policyText(p *operate.Policy) string {
	switch {
	case p == nil:
		return "nothing"
	case !p.Known:
		return textf("not known on this machine, plan %s, digest %.12s", orElse(p.Plan, "not told"), p.Digest)
	default:
		return textf("plan %s, since %s, by %s, digest %.12s", p.Plan, p.Since.UTC().Format(time.RFC3339), p.By,
			p.Digest) + formatLists(joinListNames(p.Lists))
	}
}

func formatLists(lists string) string {
	if lists == "" {
		return ""
	}
	return ", of " + lists
}

// joinListNames names lists.
func joinListNames(lists []plan.ListRef) string {
	names := make([]string, len(lists))
	for i, l := range lists {
		names[i] = l.Name
	}
	return strings.Join(names, ", ")
}
