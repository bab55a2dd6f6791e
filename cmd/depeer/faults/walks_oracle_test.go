package faults_test

import (
	"slices"
	"strings"
)

// What must be so after each step, on each machine. The oracle is what members hold, and
// nothing else: see label.

// report is what status says, with what it ended with.
type report struct {
	standing
	Drift []struct{ Object, Member, What string }
	code  int
}

// ask asks status of these lists.
func (m *machine) ask(args ...string) report {
	m.t.Helper()
	var s struct{ Targets []report }
	r := m.on(append([]string{"status", "--json"}, args...)...)
	if r.code != 0 && r.code != 2 {
		m.fails("%s: exit code %d\n%s%s", r.line, r.code, r.stdout, r.stderr)
	}
	r.reads(&s)
	s.Targets[0].code = r.code
	return s.Targets[0]
}

// compare compares what status says with what members hold.
func (m *machine) compare() {
	m.t.Helper()
	bare := m.ask()
	m.comparePolicy("without a list", bare)
	m.compareExpected(bare)
	asked := []string{m.walk.holds, nextList(m.walk.holds)}
	if asked[1] == "" { // members hold none of the lists
		asked = []string{"a"}
	}
	for _, list := range asked {
		r := m.ask(list + ".yaml")
		m.comparePolicy("with "+list, r)
		if r.Wanted == nil || r.Wanted.Lists[0].Updated != updatedOf(list) {
			m.fails("asked for %s, it says that lists ask %+v", list, r.Wanted)
		}
		if r.code == 0 && m.walk.holds != list {
			m.fails("in sync with %s, and members hold %q", list, m.walk.holds)
		}
		if r.code == 2 && m.walk.holds == list && !m.walk.edited && m.pending == "" && !m.unplaced(r) {
			m.fails("members hold %q, and it is not in sync with that: %+v", list, r)
		}
		if r.code == 0 && (r.InForce == nil || r.InForce.Digest != r.Wanted.Digest) {
			m.fails("in sync with %s, in force is %+v", list, r.InForce)
		}
	}
}

// unplaced says whether clients lack our policies in their lists: members that announce
// nothing listed do not show that.
func (m *machine) unplaced(r report) bool {
	return slices.ContainsFunc(r.Drift, func(d struct{ Object, Member, What string }) bool { return d.Member != "" })
}

// comparePolicy compares what it says is in force.
func (m *machine) comparePolicy(how string, r report) {
	m.t.Helper()
	if (r.State == "in-sync") != (r.code == 0) {
		m.fails("%s: exit code %d of %s", how, r.code, r.State)
	}
	holds := m.walk.holds
	switch {
	case r.InForce == nil && holds != "":
		m.fails("%s: nothing is in force, and members hold %q", how, holds)
	case r.InForce != nil && holds == "" && !m.unplaced(r):
		m.fails("%s: members hold what nothing changes, and in force is %+v", how, r.InForce)
	case r.InForce == nil || m.walk.edited:
		return
	}
	in := r.InForce
	if m.unplaced(r) && holds != in.label() {
		return // no client obeys it, and that is said
	}
	if label, known := m.walk.digests[in.Digest]; known && label != holds {
		m.fails("%s: %s is in force, which was %q before, and members hold %q", how, in.Digest, label, holds)
	}
	m.walk.digests[in.Digest] = holds
	if in.Known && len(in.Lists) > 0 && in.label() != holds { // a rollback to another machine's has none
		m.fails("%s: in force is %+v, and members hold %q", how, in, holds)
	}
	if !slices.Equal(r.Lists, in.Lists) {
		m.fails("%s: lists %+v of %+v", how, r.Lists, in)
	}
	if len(m.past) == 0 && in.Known {
		m.fails("%s: it knows %+v without a history", how, in)
	}
}

// label is the list that it was made from; "?" where that is not said.
func (s *said) label() string {
	for _, l := range []string{"a", "b", "c"} {
		if len(s.Lists) == 1 && s.Lists[0].Updated == updatedOf(l) {
			return l
		}
	}
	return "?"
}

func updatedOf(list string) string {
	return map[string]string{"a": "2026-01-01", "b": "2026-01-02", "c": "2026-01-03"}[list]
}

// compareExpected compares what it says that history expects, and how the target stands to
// that.
func (m *machine) compareExpected(r report) {
	m.t.Helper()
	expected, known := m.expects()
	if expected == "?" {
		return
	}
	switch {
	case expected == "" && r.Expected != nil && m.unplaced(r): // no client obeyed it before
	case expected == "" && r.Expected != nil:
		m.fails("nothing is expected, and it says %+v", r.Expected)
	case expected != "" && r.Expected == nil:
		m.fails("%q is expected, and it says nothing", expected)
	case expected != "" && len(r.Expected.Lists) == 1 && r.Expected.label() != expected:
		m.fails("%q is expected, and it says %+v", expected, r.Expected)
	}
	switch {
	case known && r.code == 0 && expected != m.walk.holds:
		m.fails("%q is expected, members hold %q, and it is in sync", expected, m.walk.holds)
	case known && r.code == 2 && expected == m.walk.holds && !m.walk.edited && m.pending == "" && !m.unplaced(r):
		m.fails("%q is expected and held, and it is not in sync: %+v", expected, r)
	case !known && r.code == 0 && m.walk.holds != "":
		m.fails("members hold %q, and without a history it is in sync", m.walk.holds)
	case m.pending != "" && r.State != "pending" && r.State != "unknown":
		m.fails("%s waits for a confirmation, and it says %s", m.pending, r.State)
	}
}

// kept says whether the history of m ends with a person's rollback or clear.
func (m *machine) kept() bool {
	for _, c := range slices.Backward(m.past) {
		if c.action != "repair" {
			return c.action == "rollback" || c.action == "clear"
		}
	}
	return false
}

// compareWatch compares how its watch says that the target stands with what members hold, and
// with what they held before the step.
func (m *machine) compareWatch(before string) {
	m.t.Helper()
	log := m.watcher.log.String()
	_, state, _ := strings.Cut(log[max(0, strings.LastIndex(log, "msg=state ")):], " state=")
	if fields := strings.Fields(state); len(fields) > 0 {
		state = fields[0]
	}
	holds := m.walk.holds
	expected, _ := m.expects()
	lost := before != holds && holds == expected                               // and put back
	others := slices.ContainsFunc(m.walk.machines, func(other *machine) bool { // nothing is put back over it
		list, known := other.expects()
		return other != m && known && list == holds
	})
	back := m.walk.rolledBack
	switch {
	case state == "in-sync" && holds != m.asks && !m.walk.edited:
		m.fails("its watch says in sync with %q, and members hold %q", m.asks, holds)
	case m.walk.edited || state == "pending" || state == "unknown" || m.pending != "":
	case back != nil && back != m:
		if to, _ := back.expects(); to != holds && to != "?" {
			m.fails("%s has rolled back to %q, and the watch has members hold %q", back.name, to, holds)
		}
	case m.walk.remembered != nil && m.walk.remembered != m:
		if state != "kept-back" && state != "in-sync" {
			m.fails("%s has rolled back before something was lost, and the watch is %s", m.walk.remembered.name, state)
		}
	case m.kept():
		if holds != before && !lost && !others && holds != m.walk.emitted && before != "" {
			m.fails("a person went back or cleared, and the watch changes %q to %q", before, holds)
		}
		if state != "kept-back" && state != "in-sync" {
			m.fails("a person went back or cleared, and the watch is %s", state)
		}
	case holds != m.asks:
		m.fails("its watch is asked for %q, is %s, and members hold %q", m.asks, state, holds)
	}
}
