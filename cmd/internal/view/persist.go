package view

import (
	"fmt"
	"text/tabwriter"
)

// Persist is how a target's own gobgpd.conf, which is kept in step, stands.
type Persist struct {
	File string `json:"file"`
	// InStep: a restart or a reload leaves in force what is in force, or is planned.
	InStep bool   `json:"in_step"`
	Wrong  string `json:"wrong,omitempty"` // why it cannot be put in step
}

// Nothing says whether there is nothing to do.
func (p Plan) Nothing() bool {
	return p.Plan.Empty() && len(p.Plan.AcceptedLists) == 0 &&
		(p.Persist == nil || p.Persist.InStep || p.Persist.Wrong != "")
}

// persist says what becomes of the file.
func (v *person) persist(w *tabwriter.Writer, p *Persist) {
	switch {
	case p == nil:
	case p.Wrong != "":
		fmt.Fprintf(w, "file\t%s stays as it is, and a reload of it would bring back what it holds: %s\n", p.File,
			p.Wrong)
	case p.InStep:
		fmt.Fprintf(w, "file\t%s holds it already\n", p.File)
	default:
		fmt.Fprintf(w, "file\t%s gets it as well, once it is proven; gobgpd does not read it then\n", p.File)
		fmt.Fprintf(w, "\ta restart comes up with it; a reload (SIGHUP) leaves it in force, and soft-resets every "+
			"peer, once\n")
	}
}
