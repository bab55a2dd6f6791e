package feed

import (
	"fmt"

	"depeer/filters/diag"
)

// tally merges warnings of one kind into one, at the position of the first: a firewall list repeats
// the same mistake a thousand times.
type tally struct {
	notes []note
	index map[[2]string]int
}

type note struct {
	position diag.Position
	code     string
	message  string
	more     int
}

// addWarning adds a warning. Warnings with equal code and sort become one.
func (t *tally) addWarning(p diag.Position, code, sort, message string) {
	key := [2]string{code, sort}
	if i, known := t.index[key]; known {
		t.notes[i].more++
		return
	}
	if t.index == nil {
		t.index = make(map[[2]string]int)
	}
	t.index[key] = len(t.notes)
	t.notes = append(t.notes, note{position: p, code: code, message: message})
}

// addTo adds the merged warnings to l.
func (t *tally) addTo(l *diag.List) {
	for _, n := range t.notes {
		switch n.more {
		case 0:
		case 1:
			n.message += "; 1 more line likewise"
		default:
			n.message += fmt.Sprintf("; %d more lines likewise", n.more)
		}
		l.Warnf(n.position, n.code, "", "%s", n.message)
	}
}
