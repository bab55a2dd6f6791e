package view

import (
	"fmt"
	"io"
	"strings"
	"time"

	"depeer/policies/plan"
)

// Policy is what is in force on a target, or what history expected to be.
type Policy struct {
	Plan   string         `json:"plan"`  // its ID; "" where nothing tells it
	Since  *time.Time     `json:"since"` // nil where that is not known
	By     string         `json:"by"`
	Digest string         `json:"digest"` // by content
	Known  bool           `json:"known"`  // the history of this machine has it
	Lists  []plan.ListRef `json:"lists"`
}

// Wanted is what lists ask for.
type Wanted struct {
	Digest string         `json:"digest"`
	Lists  []plan.ListRef `json:"lists"`
}

// nonNil has programs read empty lists as such.
func (t *TargetStatus) nonNil() {
	for _, p := range []*Policy{t.InForce, t.Expected} {
		if p != nil {
			p.Lists = nonNil(p.Lists)
		}
	}
	if t.Wanted != nil {
		t.Wanted.Lists = nonNil(t.Wanted.Lists)
	}
}

// policies writes what is in force, what history expected, and what lists ask for.
func (t *TargetStatus) policies(w io.Writer) {
	if !t.Looked {
		return
	}
	fmt.Fprintf(w, "  in force\t%s\n", t.InForce)
	for _, l := range t.Lists {
		fmt.Fprintf(w, "  list\t%s, %s\n", l.Name, or(l.Updated, "not dated"))
	}
	switch {
	case t.InForce != nil && t.Expected != nil && t.InForce.Digest == t.Expected.Digest, t.InForce == nil &&
		t.Expected == nil:
		fmt.Fprintf(w, "  expected\tthe same\n")
	default:
		fmt.Fprintf(w, "  expected\t%s\n", t.Expected)
	}
	switch {
	case t.Wanted == nil:
	case t.InForce != nil && t.InForce.Digest == t.Wanted.Digest:
		fmt.Fprintf(w, "  lists ask\tthe same\n")
	default:
		fmt.Fprintf(w, "  lists ask\t%s, digest %.12s\n", or(listed(t.Wanted.Lists), "nothing"), t.Wanted.Digest)
	}
}

// String says it in a clause.
func (p *Policy) String() string {
	switch {
	case p == nil:
		return "nothing"
	case !p.Known:
		return fmt.Sprintf("not known on this machine, plan %s, digest %.12s", or(p.Plan, "not told"), p.Digest)
	default:
		return fmt.Sprintf("plan %s, since %s, by %s, digest %.12s", p.Plan, p.Since.UTC().Format(time.RFC3339), p.By,
			p.Digest) + of(listed(p.Lists))
	}
}

func of(lists string) string {
	if lists == "" {
		return ""
	}
	return ", of " + lists
}

// listed names lists.
func listed(lists []plan.ListRef) string {
	names := make([]string, len(lists))
	for i, l := range lists {
		names[i] = l.Name
	}
	return strings.Join(names, ", ")
}
