package journal_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// written is the journal of a whole apply, and where it is.
func written(t *testing.T, s *journal.Store, dir string) (path string, data []byte) {
	t.Helper()
	l := lock(t, s)
	defer l.Unlock()
	p := somePlan(t, "p")
	e := begin(t, l, p)
	for _, call := range p.Change.Calls() {
		must(t, e.Intend(call))
		must(t, e.Done(call, nil))
	}
	must(t, e.End("applied"))
	files, err := filepath.Glob(filepath.Join(dir, "targets", "*", "*.jsonl"))
	must(t, err)
	data, err = os.ReadFile(files[0])
	must(t, err)
	return files[0], data
}

// Cut off at any byte, with or without the zeros that some file systems leave:
// what is whole is read, and what comes next is behind it.
func TestTornAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path, data := written(t, s, dir)
	for n := range data {
		for _, tail := range []string{"", "\x00\x00\x00\x00"} {
			r, whole, err := journal.Parse(append(bytes.Clone(data[:n]), tail...))
			if err != nil {
				t.Fatalf("cut off at byte %d: %v", n, err)
			}
			if lines := bytes.Count(data[:n], []byte("\n")); len(r.Events) != lines {
				t.Fatalf("cut off at byte %d: %d events of %d lines", n, len(r.Events), lines)
			}
			if at := bytes.LastIndexByte(data[:n], '\n') + 1; whole != at {
				t.Fatalf("cut off at byte %d: whole up to %d, want %d", n, whole, at)
			}
			if r.Finished() {
				t.Fatalf("cut off at byte %d, and finished", n)
			}
		}
	}
	n := len(data) * 2 / 3
	must(t, os.WriteFile(path, append(bytes.Clone(data[:n]), strings.Repeat("x", 5000)...), 0o600))
	l := lock(t, s)
	open, err := l.Unfinished()
	must(t, err)
	if len(open) != 1 || !open[0].Torn {
		t.Fatalf("unfinished: %+v", open)
	}
	e, err := l.Resume(open[0].ID)
	must(t, err)
	if r, err := s.Show(target, "p"); err != nil || r.Torn {
		t.Errorf("the torn line is still there: %v", err)
	}
	must(t, e.Intend(plan.Call{Verb: plan.DeleteGate, Name: "depeer/gate/p"}))
	must(t, e.Done(plan.Call{}, nil))
	must(t, e.End("restored"))
	r, err := s.Show(target, "p")
	must(t, err)
	last := r.Events[len(r.Events)-4]
	if r.Torn || r.Outcome != "restored" || last.Kind != journal.Resume || last.By == nil {
		t.Errorf("resumed: %+v", r)
	}
	if step := r.Events[len(r.Events)-3].Step; step <= 1 {
		t.Errorf("the resumed step has number %d", step)
	}
}

func TestTheFirstLineWasTorn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path, data := written(t, s, dir)
	must(t, os.WriteFile(path, data[:20], 0o600))
	if all, err := s.History(target); err != nil || len(all) != 0 {
		t.Errorf("history: %v, %v", all, err)
	}
	e := begin(t, lock(t, s), somePlan(t, "p"))
	if want := "000002-p"; e.ID != want {
		t.Errorf("next is %s, want %s", e.ID, want)
	}
	must(t, e.Close())
}

func TestDamageIsPassedOver(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	path, data := written(t, s, dir)
	lines := strings.SplitAfter(string(data), "\n")
	tests := map[string]string{
		"a line in the middle": lines[0] + "{\"event\":\n" + strings.Join(lines[1:], ""),
		"the first is gone":    strings.Join(lines[1:], ""),
		"two beginnings":       lines[0] + lines[0],
		"no event":             lines[0] + "{}\n" + lines[1],
		"another event":        lines[0] + `{"event":"surprise"}` + "\n" + lines[1],
		"a call of no verb":    lines[0] + `{"event":"intend","call":{"verb":"reboot"}}` + "\n" + lines[1],
		"no call":              lines[0] + `{"event":"intend"}` + "\n" + lines[1],
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			must(t, os.WriteFile(path, []byte(text), 0o600))
			all, err := s.History(target)
			must(t, err)
			if len(all) != 1 || all[0].Unread == nil || !strings.Contains(all[0].Unread.Error(), path) ||
				all[0].ID != "000001-p" || all[0].Begun.Plan != "p" || all[0].Finished() {
				t.Errorf("read as %+v", all)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"event":"begin","time":"2008-11-10T12:00:00Z","by":{"pid":1},"begun":{"plan":"p"}}` + "\n" +
		`{"event":"intend","time":"2008-11-10T12:00:00Z","step":1,"call":{"verb":"open gate","name":"depeer/gate/p"}}` +
		"\n"))
	f.Add([]byte("{\"event\":\"begin\"}\n\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, whole, err := journal.Parse(data)
		if whole > len(data) || whole > 0 && data[whole-1] != '\n' {
			t.Errorf("whole up to byte %d of %d", whole, len(data))
		}
		if err != nil {
			return
		}
		again, n, err := journal.Parse(data[:whole])
		if err != nil || n != whole || len(again.Events) != len(r.Events) || again.Torn {
			t.Errorf("what is whole reads as %d events of %d, %v", len(again.Events), len(r.Events), err)
		}
	})
}
