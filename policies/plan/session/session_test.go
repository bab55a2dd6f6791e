package session

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
)

func addressOf(i int) netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i)}) }

// step is one thing done to a route server's sessions.
type step struct {
	verb   string
	member netip.Addr
	notes  []Note
}

// stepsOf returns what a plan does with steps, in its order.
func stepsOf(steps Steps) []step {
	out := []step{{verb: "note", notes: steps.Intent()}}
	for _, s := range steps.Open {
		out = append(out, step{verb: "open", member: s.Address})
	}
	for _, s := range steps.Shut {
		out = append(out, step{verb: "shut", member: s.Address})
	}
	return append(out, step{verb: "note", notes: steps.Note},
		step{verb: "forget", notes: slices.Concat(steps.Forget, steps.Intent())})
}

// do makes one step on s.
func (s *State) do(do step) {
	switch do.verb {
	case "note":
		s.Notes = UniqueNotes(slices.Concat(s.Notes, do.notes))
	case "forget":
		s.Notes = slices.DeleteFunc(s.Notes, func(n Note) bool { return slices.Contains(do.notes, n) })
	default:
		s.Neighbors[s.indexOfNeighbor(do.member)].AdminDown = do.verb == "shut"
	}
}

func (s State) clone() State {
	return State{slices.Clone(s.Neighbors), slices.Clone(s.Notes), slices.Clone(s.Remembered)}
}

// lines returns a line for each neighbor: whether it is down, and by our doing.
func (s State) lines() []string {
	var out []string
	ours := s.OursDown()
	for _, n := range s.Neighbors {
		out = append(out, fmt.Sprintf("%s down %t ours %t", n.Address, n.AdminDown, indexOfMember(ours, n.Address) >= 0))
	}
	return out
}

// draw returns a state with sessions that are shut by us, by the operator, and not at all, and
// sessions that are wanted.
func draw(t *rapid.T) (State, []policies.Session) {
	var s State
	var want []policies.Session
	for i := range rapid.IntRange(1, 5).Draw(t, "neighbors") {
		n := Neighbor{Address: addressOf(i), ASN: filters.ASN(65000 + i),
			RouteServer: rapid.IntRange(0, 4).Draw(t, "client") > 0,
			Dynamic:     rapid.IntRange(0, 4).Draw(t, "dynamic") == 0,
			AdminDown:   rapid.Bool().Draw(t, "down"), DownInFile: rapid.IntRange(0, 4).Draw(t, "file") == 0}
		if n.AdminDown && n.RouteServer && !n.Dynamic && rapid.Bool().Draw(t, "ours") {
			s.Notes = append(s.Notes, Note{Kind: Shut, Member: n.Address, Message: "why"})
		}
		s.Neighbors = append(s.Neighbors, n)
		if rapid.Bool().Draw(t, "wanted") {
			want = append(want, policies.Session{ASN: n.ASN, Message: "why"})
		}
	}
	return s, want
}

// Steps lead to what is wanted, with nothing left to do, from wherever they were cut off, too; what
// the operator has shut is never opened, and what the steps do can be taken back.
func TestStepsLeadToWhatIsWanted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start, want := draw(t)
		whole := start.clone()
		steps := whole.Lead(want)
		all := stepsOf(steps)
		for _, do := range all {
			whole.do(do)
		}
		for i, n := range whole.Neighbors {
			_, wanted := n.wantedOf(want)
			before := start.Neighbors[i]
			ours := len(start.notesAbout(n.Address, Shut)) > 0
			switch {
			case wanted && !n.AdminDown:
				t.Fatalf("%s is to be shut, and is not", n.Address)
			case !wanted && !before.AdminDown && n.AdminDown:
				t.Fatalf("%s is shut, and nothing asks for it", n.Address)
			case before.AdminDown && !ours && !n.AdminDown:
				t.Fatalf("%s was shut by the operator, and is opened", n.Address)
			case !wanted && ours && n.AdminDown != before.DownInFile:
				t.Fatalf("%s is shut by us, is not wanted, and stays", n.Address)
			}
		}
		if again := whole.Lead(want); len(slices.Concat(again.Open, again.Shut)) > 0 ||
			len(slices.Concat(again.Note, again.Forget)) > 0 {
			t.Fatalf("there is something left to do: %+v", again)
		}
		if found := whole.Compare(want); len(found) > 0 {
			t.Fatalf("differs: %+v", found)
		}
		if ours := steps.Ours; len(ours) != len(whole.OursDown()) {
			t.Fatalf("%d sessions are ours, and %d were said", len(whole.OursDown()), len(ours))
		}

		cut := start.clone()
		for _, do := range all[:rapid.IntRange(1, len(all)).Draw(t, "cut")] {
			cut.do(do)
		}
		if HalfDone(cut.Notes) {
			for _, do := range stepsOf(cut.GoOn())[1:] {
				cut.do(do)
			}
			// What is only forgotten, and not opened, waits for the next change.
			rest := cut.Lead(want)
			if len(slices.Concat(rest.Open, rest.Shut)) > 0 {
				t.Fatalf("sessions are left to be opened or shut: %+v", rest)
			}
			for _, do := range stepsOf(rest) {
				cut.do(do)
			}
			if diff := cmp.Diff(whole.lines(), cut.lines()); diff != "" {
				t.Fatalf("cut off (-whole +cut):\n%s", diff)
			}
		}

		old := start.OursDown()
		for _, do := range stepsOf(whole.Back(old, steps.Ours, nil)) {
			whole.do(do)
		}
		for _, s := range old {
			if n := whole.Neighbors[whole.indexOfNeighbor(s.Address)]; !n.AdminDown && !n.DownInFile {
				t.Fatalf("%s was shut by us before, and is open when it is taken back", s.Address)
			}
		}
	})
}

// What is noted as about to be done, and was not begun, is forgotten, and nothing else.
func TestGiveUp(t *testing.T) {
	s := State{Notes: []Note{{Kind: Shut, Member: addressOf(0)}, {Kind: Shutting, Member: addressOf(1)},
		{Kind: Opening, Member: addressOf(0)}}}
	want := []Note{{Kind: Shutting, Member: addressOf(1)}, {Kind: Opening, Member: addressOf(0)}}
	if diff := cmp.Diff(want, s.GiveUp(), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
