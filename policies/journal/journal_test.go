package journal_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/journal"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

const target = "unix:///run/gobgpd.sock"

func open(t *testing.T, dir string) *journal.Store {
	t.Helper()
	s, err := journal.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func lock(t *testing.T, s *journal.Store) *journal.Lock {
	t.Helper()
	l, err := s.Lock(target, "noc@rs1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Unlock() })
	return l
}

func begin(t *testing.T, l *journal.Lock, p *plan.Plan) *journal.Entry {
	t.Helper()
	e, err := l.Begin(p, journal.Start{Action: "apply", Holder: "noc@rs1:1"})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// somePlan refuses 10.0.0.0/8 on a route server that has nothing.
func somePlan(t testing.TB, id string) *plan.Plan {
	t.Helper()
	m := plantest.New(plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: 64500})
	m.Load(&policies.RoutingPolicy{})
	state, err := m.State(t.Context())
	must(t, err)
	entry := filters.Entry{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8, Max: 32}
	want := build.Policy(&filters.Compiled{Filters: []filters.Filter{{Treatment: "depeer",
		Prefixes: filters.Entries{IPv4: []filters.Entry{entry}}}}}, policies.Builtin(64500), 64500)
	return &plan.Plan{
		Version: plan.FormatVersion, ID: id, By: "noc@rs1", Target: target, Name: "rs1", Server: state.Server,
		Lists: []plan.ListRef{{Name: "l", Digest: "ab"}}, Overrides: plan.Overrides{"--allow-growth": {Number: 3}},
		Change: *plan.To(state, want, id),
	}
}

func TestStory(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	if all, err := s.History(target); err != nil || len(all) != 0 {
		t.Fatalf("history of nothing: %v, %v", all, err)
	}
	l := lock(t, s)
	p := somePlan(t, "first")
	e := begin(t, l, p)
	refused := errors.New("refused")
	must(t, e.Phase("preparing"))
	for i, call := range p.Change.Calls() {
		must(t, e.Intend(call))
		var made error
		if i == 1 {
			made = refused
		}
		must(t, e.Done(call, made))
	}
	must(t, e.End("applied"))
	second := begin(t, l, somePlan(t, "second"))
	must(t, second.End("restored"))

	all, err := s.History(target)
	must(t, err)
	var got []string
	for _, r := range all {
		got = append(got, r.ID+" "+r.Begun.Plan+" "+r.Begun.Action+" "+r.Outcome)
	}
	if diff := cmp.Diff([]string{"000001-first first apply applied", "000002-second second apply restored"},
		got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	r, err := s.Show(target, "first")
	must(t, err)
	var events []string
	for _, event := range r.Events {
		line := event.Kind.String() + " " + event.Text + event.Error
		if event.Call != nil {
			line += event.Call.String()
		}
		events = append(events, line)
	}
	want := []string{"begin ", "phase preparing"}
	for i, call := range p.Change.Calls() {
		if call.Verb == plan.AddStatements {
			for _, st := range call.Add {
				call.Take = append(call.Take, st.Name)
			}
			call.Add = nil
		}
		done := "done "
		if i == 1 {
			done += "refused"
		}
		want = append(want, "intend "+call.String(), done)
	}
	if diff := cmp.Diff(append(want, "end applied"), events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	kept, err := r.Plan()
	must(t, err)
	if diff := cmp.Diff(p, kept, cmpopts.EquateEmpty(),
		cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{})); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if found, err := s.Find("second"); err != nil || found.ID != "000002-second" {
		t.Errorf("find: %v, %v", found, err)
	}
	if _, err := s.Show(target, "third"); !errors.Is(err, journal.ErrNotFound) {
		t.Errorf("show of nothing: %v", err)
	}
	modes(t, dir)
}

// modes: nobody else reads what is listed, or writes what is believed.
func modes(t *testing.T, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(filepath.Join(dir, "targets"), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		return err
	}))
}

func TestAnIntendedCallIsOnDiskBeforeItIsMade(t *testing.T) {
	s := open(t, t.TempDir())
	e := begin(t, lock(t, s), somePlan(t, "p"))
	call := plan.Call{Verb: plan.Reset, Client: netip.MustParseAddr("127.0.0.2")}
	must(t, e.Intend(call))
	all, err := s.History(target) // as another process would read it now
	must(t, err)
	if last := all[0].Events[len(all[0].Events)-1]; last.Kind != journal.Intend || last.Call.String() != call.String() {
		t.Errorf("the last line is %+v", last)
	}
	if all[0].Finished() {
		t.Error("it is finished")
	}
	must(t, e.Close())
}

func TestBigSetsAreNotInTheJournal(t *testing.T) {
	dir := t.TempDir()
	e := begin(t, lock(t, open(t, dir)), somePlan(t, "p"))
	call := plan.Call{Verb: plan.AddSet, Name: "depeer/x", Elements: make(policies.Prefixes, 300_000)}
	must(t, e.Intend(call))
	must(t, e.End("applied"))
	files, err := filepath.Glob(filepath.Join(dir, "targets", "*", "*.jsonl"))
	must(t, err)
	data, err := os.ReadFile(files[0])
	must(t, err)
	if len(data) > 2000 || !strings.Contains(string(data), `"elements":300000`) {
		t.Errorf("%d bytes: %.500s", len(data), data)
	}
}

func TestTargetsHaveTheirOwnHistory(t *testing.T) {
	s := open(t, t.TempDir())
	for _, other := range []string{target, "unix:///run/gobgpd-sock", "127.0.0.1:50051", "127.0.0.1:50052",
		"[::1]:50051", "../../etc", ""} {
		l, err := s.Lock(other, "noc")
		must(t, err)
		p := somePlan(t, "p")
		must(t, begin(t, l, p).End("applied"))
		all, err := s.History(other)
		if err != nil || len(all) != 1 {
			t.Errorf("%q has a history of %d, %v", other, len(all), err)
		}
		must(t, l.Unlock())
	}
}

func TestAPlanWithoutAProperIDIsNotBegun(t *testing.T) {
	l := lock(t, open(t, t.TempDir()))
	for _, id := range []string{"", "../x", "a/b", strings.Repeat("a", 101)} {
		if _, err := l.Begin(somePlan(t, id), journal.Start{}); err == nil {
			t.Errorf("%q is begun", id)
		}
	}
}
