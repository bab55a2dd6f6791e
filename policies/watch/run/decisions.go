package run

import (
	"slices"
	"strings"

	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// decisions are what a watch keeps of what was decided, whatever becomes of the history on disk and
// of the marks in the target.
type decisions struct {
	// last, judged, kept and decided are those of the last look that the history was there at.
	last, judged  *plan.Plan
	kept, decided string
	gone          bool // the history was there, and is not any more

	// marks are those of a way back that another machine has made, and entry is what had been
	// decided here by then; nil: none was seen, or something was applied since.
	marks []string
	entry string
}

// keepInMemory remembers the decisions of the history. Where the history is gone, the memory takes its
// place, and lists wait until a person decides again. From then on the new history counts.
func (k *keeper) keepInMemory(f *watch.Finding) {
	m := &k.memory
	there := m.decided == "" || f.Last == m.decided || k.hasEntry(m.decided)
	if m.gone = !there && (f.Last == "" || !k.found.byPerson); !m.gone {
		m.last, m.judged, m.kept, m.decided = k.found.last, k.found.judged, "", f.Last
		if f.Kept {
			m.kept = k.found.kept
		}
		k.historyGone = false
		return
	}
	if !k.historyGone {
		k.historyGone = true
		k.log.Error("history is gone: nothing new is applied until a person has applied something", "entry",
			m.decided)
	}
	k.found.last, k.found.judged = m.last, m.judged
	f.Kept, f.Last = true, m.decided
	k.found.kept = strings.TrimPrefix(m.kept+"; the history of this machine is gone", "; ")
}

// hasEntry says whether the history has an entry. One that cannot be read is there.
func (k *keeper) hasEntry(id string) bool {
	for record, err := range k.Store.Backward(k.target.Address) {
		if err != nil || record.ID == id {
			return true
		}
	}
	return false
}

// heedMarks respects another machine's rollback, which the target's marks tell, until somebody applies
// something: there, which leaves other marks, or here. It remembers the marks, for a restart removes
// them.
func (k *keeper) heedMarks(f *watch.Finding, state *plan.State) {
	m := &k.memory
	switch {
	case m.gone:
		return
	case operate.RolledBackElsewhere(k.Store, k.target.Address, state):
		if !slices.Equal(m.marks, state.RolledBack) {
			m.marks, m.entry = state.RolledBack, f.Last
		}
	case len(state.RolledBack)+len(state.Applied) > 0, m.entry != f.Last && k.found.byPerson && !f.Kept:
		m.marks = nil
	}
	if m.marks != nil && !f.Kept {
		f.Kept, k.found.kept = true, operate.WordsOfRollback(&plan.State{RolledBack: m.marks})
	}
}

// isAnothers says whether another machine applied what is in force, or rolled back to it. In that case
// this machine's policy was not lost, and is not put back.
func (k *keeper) isAnothers(state *plan.State) bool {
	switch {
	case k.memory.gone:
		return false
	case k.memory.marks != nil:
		return true
	default:
		return operate.AppliedElsewhere(k.Store, k.target.Address, state)
	}
}
