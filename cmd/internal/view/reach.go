package view

import (
	"io"

	"depeer/policies/operate"
)

// showOutOfReach names the neighbors that are no route-server clients, a few of them unless
// all are asked for.
func showOutOfReach(w io.Writer, prefix, separator string, neighbors []operate.Neighbor, all bool) {
	for i, n := range neighbors {
		if i == fewLines && !all {
			writef(w, "%sreach%sand %s more\n", prefix, separator, countOf{len(neighbors) - fewLines, "neighbor"})
			return
		}
		writef(w, "%sreach%sAS%s %s is no route-server client: nothing of its routes is treated\n", prefix,
			separator, n.ASN, n.Address)
	}
}
