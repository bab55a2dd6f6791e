package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Backward tells what History does, in the other order, and reads no further than it
// is asked to. A stamp is another one whenever either of them, or what is pending, is.
func TestBackward(t *testing.T) {
	s := open(t, t.TempDir())
	before := ""
	stamped := func(what string) {
		t.Helper()
		stamp, err := s.Stamp(target)
		must(t, err)
		if stamp == before && what != "nothing" {
			t.Errorf("%s: the stamp is as before", what)
		}
		again, err := s.Stamp(target)
		must(t, err)
		if again != stamp {
			t.Errorf("%s: another stamp, and nothing was done", what)
		}
		before = stamp
	}
	stamped("nothing")
	l := lock(t, s)
	for i := range 3 {
		e := begin(t, l, somePlan(t, fmt.Sprintf("p%d", i)))
		stamped("begun")
		must(t, e.End("applied"))
		stamped("ended")
	}
	begin(t, l, somePlan(t, "open")).Close()
	stamped("cut off")
	_, err := l.Arm("000003-p2", time.Minute)
	must(t, err)
	stamped("pending")
	must(t, l.Disarm("000003-p2", "confirmed"))
	stamped("confirmed")

	all, err := s.History(target)
	must(t, err)
	var want, got []string
	for _, r := range slices.Backward(all) {
		want = append(want, r.ID+" "+r.Outcome)
	}
	for r, err := range s.Backward(target) {
		must(t, err)
		got = append(got, r.ID+" "+r.Outcome)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("backward (-want +got):\n%s", diff)
	}
	for r, err := range s.Backward(target) {
		must(t, err)
		if r.ID != "000004-open" {
			t.Errorf("the newest is %s", r.ID)
		}
		break
	}
}
