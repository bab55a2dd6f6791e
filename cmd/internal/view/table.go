package view

import (
	"fmt"
	"io"
	"strings"
)

// table is a small table that stands below a line of a result, on as few columns of the screen as it
// takes: a column that is empty is left out.
type table struct {
	heads []string
	rows  [][]string
}

// fewest is how many characters of a cut column are worth the place.
const fewest = 6

func newTable(heads ...string) *table { return &table{heads: heads} }

// addRow adds a row. What is not printable in it is escaped.
func (t *table) addRow(cells ...string) {
	for i, cell := range cells {
		cells[i] = Escape(cell)
	}
	t.rows = append(t.rows, cells)
}

// show writes the head and the first rows, and says how many more there are. On a screen that is too
// narrow (0: there is none) the last column is cut.
func (t *table) show(w io.Writer, most int, noun string, screen int) {
	if len(t.rows) == 0 {
		return
	}
	most = min(most, len(t.rows))
	widths := make([]int, len(t.heads))
	empty := make([]bool, len(t.heads))
	for i, head := range t.heads {
		widths[i], empty[i] = displayWidth(head), true
		for _, row := range t.rows[:most] {
			widths[i], empty[i] = max(widths[i], displayWidth(row[i])), empty[i] && row[i] == ""
		}
	}
	room := screen
	last := len(t.heads) - 1
	for i := range last {
		if !empty[i] {
			room -= 2 + widths[i]
		}
	}
	cut := screen > 0 && !empty[last] && 2+widths[last] > room
	empty[last] = empty[last] || cut && room < 2+fewest
	for _, row := range append([][]string{t.heads}, t.rows[:most]...) {
		var b strings.Builder
		for i, cell := range row {
			if r := []rune(cell); i == last && cut && len(r) > room-2 && !empty[i] {
				cell = string(r[:room-3]) + "…"
			}
			if !empty[i] {
				b.WriteString("  " + cell + strings.Repeat(" ", max(0, widths[i]-displayWidth(cell))))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	if more := len(t.rows) - most; more > 0 {
		writef(w, "  and %s more (--full)\n", countOf{more, noun})
	}
}
