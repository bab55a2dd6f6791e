package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/lab/testbed"
)

// machine is a person's machine, with a history of its own.
type machine struct {
	*world
	name    string
	walk    *walk
	past    []change // of its history, those that took effect
	read    int      // how many entries of its history were read
	pending string   // ID of what waits for a confirmation
	watcher *watcher
	asks    string // the list of its watch
	from    int    // where the log of the watch was at the last step
}

// change is an entry of a history, as this test knows it.
type change struct {
	id, action    string
	before, after string // lists in force; see label
	undone        bool
}

// expects returns the list that the history of m expects to be in force; known is false
// where it has none.
func (m *machine) expects() (list string, known bool) {
	if len(m.past) == 0 {
		return "", false
	}
	return m.past[len(m.past)-1].after, true
}

// note adds a change to what is known of the history.
func (m *machine) note(action, before, after string) {
	m.past = append(m.past, change{id: m.newest(), action: action, before: before, after: after})
}

// newest returns the ID of the newest entry, and notes that all are read.
func (m *machine) newest() string {
	all := m.entries()
	m.read = len(all)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1].ID
}

// historyEntry is an entry as history tells it.
type historyEntry struct{ ID, Action, Outcome, Undoes string }

func (m *machine) entries() []historyEntry {
	m.t.Helper()
	var h struct{ Changes []historyEntry }
	m.on("history", "--json").exits(0).reads(&h)
	return h.Changes
}

// steps are those of a machine; the argument is a list, or "".
func (m *machine) steps() map[string]func(string) {
	return map[string]func(string){
		"apply": m.apply, "emit": m.emit, "clear": m.clear, "rollback": m.rollback, "repair": m.repair, "hold": m.hold,
		"expire": m.expire, "confirm": m.confirm, "watch": m.startWatch, "lists": m.changeLists, "unwatch": m.endWatch,
	}
}

// fails fails the walk.
func (m *machine) fails(format string, args ...any) {
	m.t.Helper()
	m.t.Fatalf("%s: %s: %s", m.walk, m.name, fmt.Sprintf(format, args...))
}

// retry runs commands again where a watch was quicker: it held the lock, or has changed the
// target since the plan was made.
func (m *machine) retry(run func() result) (r result) {
	m.t.Helper()
	testbed.Eventually(m.t, testbed.Patience, func() error {
		r = run()
		stale := r.code == 5 && strings.Contains(r.stderr, "since the plan was made")
		held := r.code == 6 && !strings.Contains(r.stderr, "confirm") && !m.walk.edited
		if m.walk.watching() != nil && (stale || held) {
			return fmt.Errorf("%s: %d: %s", r.line, r.code, r.stderr)
		}
		return nil
	})
	return r
}

// planned makes a plan of a list, and applies it with more flags.
func (m *machine) planned(list string, flags ...string) (plan, apply result) {
	m.t.Helper()
	args := []string{"plan", list + ".yaml", "-o", list + ".plan"}
	apply = m.retry(func() result {
		if plan = m.on(args...); plan.code == 6 && m.walk.edited {
			plan = m.on(append(args, "--take-over")...)
		}
		if plan.code != 0 {
			return plan
		}
		return m.depeer(append([]string{"apply", list + ".plan", "--yes", "--json"}, flags...)...)
	})
	return plan, apply
}

// nothing says whether there was nothing to do.
func (r result) nothing() bool { return strings.Contains(r.stdout, `"outcome":"nothing to do"`) }

// noteApply notes an apply of a list that has ended well.
func (m *machine) noteApply(action, list string, r result) {
	expected, known := m.expects()
	m.walk.edited = false
	switch {
	case !r.nothing():
		m.note(action, m.walk.holds, list)
		m.walk.rolledBack, m.walk.remembered = nil, nil
	case !known || expected != list || action == "clear":
		if n := len(m.past); action == "clear" && n > 0 && m.past[n-1].action == "clear" {
			return
		}
		if !known && action != "clear" {
			expected = "?"
		}
		m.note(action, expected, list) // recorded
	}
}

func (m *machine) apply(list string) {
	m.t.Helper()
	plan, r := m.planned(list)
	if m.pending != "" && plan.code == 0 && r.code == 6 {
		return
	}
	m.is(r, 0)
	if m.walk.watching() == nil {
		m.noteApply("apply", list, r)
		m.comesTo(list)
	} else {
		m.readHistory()
	}
}

// comesTo fails the walk unless members come to hold what a list asks.
func (m *machine) comesTo(list string) {
	m.t.Helper()
	m.walk.Settle()
	if got := m.walk.label(); got != list {
		m.fails("members hold %q, want %q: %v", got, list, m.table())
	}
}

func (m *machine) is(r result, code int) {
	m.t.Helper()
	if r.code != code {
		m.fails("%s: exit code %d, want %d\n%s%s", r.line, r.code, code, r.stdout, r.stderr)
	}
}

// emit writes a list into the daemon's file, and has it be loaded.
func (m *machine) emit(list string) {
	m.t.Helper()
	m.is(m.depeer("emit", list+".yaml", "--into", m.Daemon.ConfigFile), 0)
	m.walk.emitted = list
	m.walk.reload()
}

func (m *machine) clear(string) {
	m.t.Helper()
	r := m.retry(func() result { return m.on("clear", "--yes", "--json") })
	m.is(r, 0)
	m.pending = ""
	if m.walk.watching() == nil {
		m.noteApply("clear", "", r)
		m.comesTo("")
	} else {
		m.readHistory()
	}
}

// step returns the change that a rollback takes back: the newest that led to what is in force
// and was not taken back since.
func (m *machine) step(now string) int {
	for i := len(m.past) - 1; i >= 0; i-- {
		if c := m.past[i]; !c.undone && c.after == now && !slices.Contains([]string{"rollback", "repair"}, c.action) {
			return i
		}
	}
	return -1
}

func (m *machine) rollback(string) {
	m.t.Helper()
	stood := m.ask().State
	r := m.retry(func() result { return m.on("rollback", "--yes", "--json") })
	if m.walk.watching() != nil {
		if r.code == 0 {
			m.pending = ""
		}
		m.readHistory()
		return
	}
	expected, known := m.expects()
	back := m.step(expected)
	// Statements that a reload has brought in, and no client obeys, are seen by no member.
	unlike := m.walk.holds != expected || stood == "drift"
	switch {
	case !known:
		m.is(r, 1)
		return
	case m.walk.edited:
		if r.code != 0 {
			return
		}
	case back < 0 && r.code == 1, unlike && r.code == 5:
		return
	}
	if back >= 0 && m.past[back].before == "?" && r.code == 1 {
		return // it was there already when this machine applied first
	}
	m.is(r, 0)
	if back < 0 {
		m.fails("nothing was to be taken back: %s", r.stdout)
	}
	m.pending, m.walk.edited = "", false
	m.past[back].undone = true
	m.note("rollback", m.walk.holds, m.past[back].before)
	if to := m.past[back].before; to != "?" {
		m.comesTo(to)
	}
	m.walk.rolledBack = m
}

func (m *machine) repair(string) {
	m.t.Helper()
	r := m.retry(func() result { return m.on("repair", "--yes", "--json") })
	if m.walk.watching() != nil {
		m.readHistory()
		return
	}
	expected, known := m.expects()
	switch {
	case !known && r.code == 1, m.walk.edited && r.code == 6, m.pending != "" && r.code == 6:
		return
	}
	m.is(r, 0)
	if !r.nothing() {
		m.walk.edited = false
		m.note("repair", m.walk.holds, expected)
		m.walk.rolledBack, m.walk.remembered = nil, nil
		m.comesTo(expected)
	}
}

// hold applies a list that waits for its confirmation.
func (m *machine) hold(list string) {
	m.t.Helper()
	if _, r := m.planned(list); r.code != 0 || m.walk.watching() != nil || m.pending != "" {
		m.readHistory()
		return // its plan is what is needed, and what is in force is not to be it
	} else {
		m.noteApply("apply", list, r)
	}
	m.comesTo(list)
	m.walk.holds = list
	other := nextList(list)
	m.is(m.on("plan", other+".yaml", "-o", other+".plan"), 0)
	m.start("apply", other+".plan", "--yes", "--confirm-within", "100s")
	m.world.pending(m.t)
	m.note("apply", list, other)
	m.walk.rolledBack, m.walk.remembered = nil, nil
	m.pending = m.past[len(m.past)-1].id
	m.comesTo(other)
}

// nextList returns another list.
func nextList(list string) string { return map[string]string{"a": "b", "b": "c", "c": "a"}[list] }

// expire applies a list, and does not confirm.
func (m *machine) expire(list string) {
	m.t.Helper()
	before := m.walk.holds
	_, r := m.planned(list, "--confirm-within", "1s")
	switch {
	case m.walk.watching() != nil:
		m.readHistory()
		return
	case m.pending != "" && r.code == 6:
		return
	case r.code == 0 && r.nothing():
		m.noteApply("apply", list, r)
		return
	}
	m.is(r, 9)
	edited := m.walk.edited
	m.newest()
	m.past = append(m.past, change{action: "apply", before: before, after: list, undone: true},
		change{action: "rollback", before: list, after: before})
	m.walk.rolledBack = m
	if m.walk.edited = false; !edited {
		m.comesTo(before)
	}
}

func (m *machine) confirm(string) {
	m.t.Helper()
	r := m.on("confirm")
	held := m.past[len(m.past)-1].after
	if m.walk.watching() == nil && !m.walk.edited && m.pending != "" {
		if want := map[bool]int{true: 0, false: 5}[m.walk.holds == held]; r.code != want {
			m.is(r, want)
		}
	}
	m.pending = ""
}

// startWatch has a watch keep the target as a list asks.
func (m *machine) startWatch(list string) {
	m.t.Helper()
	m.replace("ours.yaml", lists[list+".yaml"])
	m.asks, m.from = list, 0
	m.watcher = m.watchAs(m.command("watch", "ours.yaml", "--target", m.target, "--verbose"))
}

func (m *machine) changeLists(list string) {
	m.asks = list
	m.replace("ours.yaml", lists[list+".yaml"])
}

func (m *machine) endWatch(string) {
	m.t.Helper()
	m.watcher.ends()
	m.readHistory()
	m.watcher, m.walk.remembered = nil, nil
}

// quiet is how long a watch is silent when it has nothing to do: longer than between two of
// its pulses, and two looks at its files.
const quiet = 4 * time.Second

// watchQuiet waits until the watch has nothing to do any more.
func (m *machine) watchQuiet() {
	m.t.Helper()
	at, since := -1, time.Now()
	testbed.Eventually(m.t, 2*testbed.Patience, func() error {
		if now := m.watcher.mark(); now != at {
			at, since = now, time.Now()
		}
		if time.Since(since) < quiet {
			return fmt.Errorf("the watch does not come to rest")
		}
		return nil
	})
	m.from = at
	m.readHistory()
}

// readHistory adds what others have put into the history of m: a watch, or a person beside it.
func (m *machine) readHistory() {
	m.t.Helper()
	all := m.entries()
	for _, e := range all[m.read:] {
		expected, _ := m.expects()
		if e.Outcome != "applied" && e.Outcome != "recorded" {
			continue
		}
		c := change{id: e.ID, action: e.Action, before: "?", after: expected}
		m.walk.rolledBack, m.walk.remembered = nil, nil
		switch e.Action {
		case "clear":
			c.after = ""
		case "watch":
			c.after = m.asks
		case "rollback":
			i := slices.IndexFunc(m.past, func(c change) bool { return c.id == e.Undoes })
			if i >= 0 {
				m.past[i].undone = true
				c.after = m.past[i].before
			}
			m.walk.rolledBack = m
		case "apply", "take-over":
			c.after = m.listOf(e.ID)
		}
		m.past = append(m.past, c)
	}
	m.read = len(all)
}

// listOf returns the list that an entry was made from.
func (m *machine) listOf(id string) string {
	out := m.depeer("show", id).stdout
	for name, text := range lists {
		if i := strings.Index(text, "updated: "); i >= 0 && strings.Contains(out, text[i+9:i+19]) {
			return strings.TrimSuffix(name, ".yaml")
		}
	}
	return "?"
}

// editByHand adds an element to a prefix-set of ours, with the API alone.
func (w *walk) editByHand() {
	w.t.Helper()
	ctx, g := w.t.Context(), w.Daemon.API()
	sets, err := g.ListDefinedSet(ctx, &api.ListDefinedSetRequest{DefinedType: api.DefinedType_PREFIX})
	for _, a := range all(w.t, sets, err) {
		s := a.DefinedSet
		if !strings.HasPrefix(s.Name, "depeer/") || !strings.HasPrefix(s.Prefixes[0].IpPrefix, "20.") {
			continue
		}
		s.Prefixes = []*api.Prefix{{IpPrefix: "20.5.0.0/16", MaskLengthMin: 16, MaskLengthMax: 32}}
		if _, err := g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: s}); err != nil {
			w.t.Fatal(err)
		}
		w.edited = true
		break
	}
	w.resetAll()
}

// editListByHand takes our policy out of the first member's list.
func (w *walk) editListByHand() {
	w.t.Helper()
	_, err := w.Daemon.API().SetPolicyAssignment(w.t.Context(), &api.SetPolicyAssignmentRequest{
		Assignment: &api.PolicyAssignment{Name: w.Members[0].Address.String(), Direction: api.PolicyDirection_IMPORT,
			Policies: []*api.Policy{{Name: "in"}}, DefaultAction: api.RouteAction_ACCEPT}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.edited = true
	w.resetAll()
}

// resetAll has the daemon judge all routes anew.
func (w *walk) resetAll() {
	w.t.Helper()
	for _, m := range w.Members {
		_, err := w.Daemon.API().ResetPeer(w.t.Context(), &api.ResetPeerRequest{Address: m.Address.String(), Soft: true,
			Direction: api.ResetPeerRequest_IN})
		if err != nil {
			w.t.Fatal(err)
		}
	}
}
