package judge_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/persist/judge"
	"depeer/policies/plan"
)

// rig is a real daemon, which is started and reloaded with one file after another.
type rig struct {
	*testbed.Daemon
	good string
}

func newRig(t *testing.T) *rig {
	t.Helper()
	d := testbed.Gobgpd(t, testbed.Config{Lenient: true, Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	return &rig{d, fmt.Sprintf(operators, d.Address.Addr(), d.Address.Port(), d.Site.Member(0), d.Site.Member(1))}
}

func (r *rig) state(t *testing.T) *plan.State {
	t.Helper()
	c, err := gobgp.Dial(t.Context(), gobgp.Options{Address: r.Target.String()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s, err := c.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// alike compares what the judge says is held with what is: all but the sessions, which
// the judge has down.
var alike = cmp.Options{
	cmpopts.IgnoreFields(plan.Client{}, "Up", "AdminDown", "DownInFile", "Accepted"),
	cmpopts.IgnoreFields(plan.State{}, "Sessions"),
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

// rigs is how many daemons try the mistakes, one after another.
const rigs = 4

// Every mistake is started with, and reloaded, on the real daemon: what it then holds is
// what was foretold.
func TestJudgesLikeGobgpd(t *testing.T) {
	t.Parallel()
	for n := range rigs {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			for i, m := range mistakes {
				if i%rigs == n {
					t.Run(m.name, func(t *testing.T) { r.try(t, m) })
				}
			}
		})
	}
}

func (r *rig) try(t *testing.T, m mistake) {
	m.new = strings.ReplaceAll(m.new, "NEIGHBOR", r.Site.Member(0).String())
	bad := m.edit(r.good)
	a := ask(t, judge.Question{File: []byte(bad), Loaded: []byte(r.good)})

	died := r.TryRestart([]byte(bad))
	if (died != nil) != (a.Start.State == nil) {
		t.Fatalf("started: %v; foretold: %+v", died, a.Start.Problems)
	}
	if died == nil {
		if diff := cmp.Diff(a.Start.State, r.state(t), alike); diff != "" {
			t.Errorf("a start, foretold (-) and real (+):\n%s", diff)
		}
	}

	if err := r.TryRestart([]byte(r.good)); err != nil {
		t.Fatal(err)
	}
	want := r.state(t)
	r.Write([]byte(bad))
	r.HangUp()
	r.HangUp() // the first is done
	if a.Reload.Ignored != (a.Reload.State == nil) {
		t.Error("ignored, and what it leaves is foretold; or neither")
	}
	if !a.Reload.Ignored {
		if a.Reload.PolicyIgnored { // these mistakes change nothing else
			if diff := cmp.Diff(want, a.Reload.State, alike); diff != "" {
				t.Errorf("as it was (-), and foretold (+):\n%s", diff)
			}
		}
		want = a.Reload.State
	}
	if diff := cmp.Diff(want, r.state(t), alike); diff != "" {
		t.Errorf("a reload, foretold (-) and real (+):\n%s", diff)
	}
}

// What is found in a file names its kind and its place.
func TestFinds(t *testing.T) {
	t.Parallel()
	good := fmt.Sprintf(operators, "192.0.2.1", 179, "192.0.2.10", "192.0.2.11")
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			m.new = strings.ReplaceAll(m.new, "NEIGHBOR", "192.0.2.10")
			a := ask(t, judge.Question{File: []byte(m.edit(good))})
			first := func(list []judge.Problem) judge.Problem {
				if len(list) == 0 {
					return judge.Problem{}
				}
				return list[0]
			}
			start, warning := first(a.Start.Problems), first(a.Warnings)
			if start.Kind != m.start || warning.Kind != m.warns || first(a.Reload.Problems).Kind != m.reload {
				t.Errorf("a start: %+v\na reload: %+v\nwarnings: %+v", a.Start.Problems, a.Reload.Problems, a.Warnings)
			}
			if got := start.Path + warning.Path; m.path != "" && !strings.HasPrefix(got, m.path) {
				t.Errorf("placed at %q, want %q", got, m.path)
			}
			for _, p := range append(a.Start.Problems, a.Warnings...) {
				if strings.Contains(fmt.Sprint(p), "s3cret") {
					t.Errorf("the password is in %+v", p)
				}
			}
		})
	}
}
