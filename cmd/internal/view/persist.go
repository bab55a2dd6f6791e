package view

import (
	"text/tabwriter"

	"depeer/policies/operate"
)

// showPersist says what becomes of the file.
func (v *textView) showPersist(w *tabwriter.Writer, p *operate.File) {
	switch {
	case p == nil:
	case p.Wrong != "":
		writef(w, "file\t%s stays as it is, and a reload of it would bring back what it holds: %s\n", p.File,
			p.Wrong)
	case p.InStep:
		writef(w, "file\t%s holds it already\n", p.File)
	default:
		writef(w, "file\t%s gets it as well, once it is proven; gobgpd does not read it then\n", p.File)
		writef(w, "\ta restart comes up with it; a reload (SIGHUP) leaves it in force, and soft-resets every "+
			"peer, once\n")
	}
}
