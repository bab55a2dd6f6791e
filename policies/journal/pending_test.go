package journal_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"depeer/policies/journal"
)

// clock is set by hand.
type clock struct {
	now    time.Time
	boot   string
	uptime time.Duration
}

func (c *clock) Now() time.Time                  { return c.now }
func (c *clock) Uptime() (string, time.Duration) { return c.boot, c.uptime }

func TestTheDeadline(t *testing.T) {
	start := clock{time.Date(2008, 11, 10, 12, 0, 0, 0, time.UTC), "boot", time.Hour}
	tests := map[string]struct {
		now  clock
		want time.Duration
	}{
		"at once": {start, 10 * time.Minute},
		"later": {clock{start.now.Add(4 * time.Minute), "boot", time.Hour + 4*time.Minute},
			6 * time.Minute},
		"the clock was set back": {clock{start.now.Add(-time.Hour), "boot", time.Hour + 4*time.Minute},
			6 * time.Minute},
		"the clock was set forward": {clock{start.now.Add(time.Hour), "boot", time.Hour + 4*time.Minute},
			6 * time.Minute},
		"overdue": {clock{start.now.Add(11 * time.Minute), "boot",
			time.Hour + 11*time.Minute}, -time.Minute},
		"the machine was started anew": {clock{start.now.Add(4 * time.Minute), "another", time.Minute},
			6 * time.Minute},
		"overdue since it was": {clock{start.now.Add(15 * time.Minute), "another", time.Minute},
			-5 * time.Minute},
		"the machine does not tell its boot": {clock{start.now.Add(4 * time.Minute), "", 0}, 6 * time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := open(t, t.TempDir())
			began := start
			s.SetClock(&began)
			l := lock(t, s)
			e := begin(t, l, somePlan(t, "p"))
			must(t, e.End("applied"))
			if _, err := l.Arm(e.ID, 10*time.Minute); err != nil {
				t.Fatal(err)
			}
			s.SetClock(&test.now)
			p, err := s.Pending(target)
			must(t, err)
			if got := p.Left(); got != test.want {
				t.Errorf("%v are left, want %v", got, test.want)
			}
			if p.Entry != e.ID || p.By.By != "noc@rs1" {
				t.Errorf("pending: %+v", p)
			}
		})
	}
}

func TestConfirm(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	l := lock(t, s)
	if p, err := s.Pending(target); p != nil || err != nil {
		t.Fatalf("pending: %v, %v", p, err)
	}
	e := begin(t, l, somePlan(t, "p"))
	if _, err := l.Arm(e.ID, time.Minute); err != nil {
		t.Fatal(err)
	}
	must(t, e.End("applied"))
	if err := l.Disarm("000009-q", "confirmed"); err == nil {
		t.Error("something else is confirmed")
	}
	must(t, l.Disarm(e.ID, "confirmed"))
	if p, err := l.Pending(); p != nil || err != nil {
		t.Errorf("confirmed, and pending: %v, %v", p, err)
	}
	if err := l.Disarm(e.ID, "confirmed"); err == nil {
		t.Error("confirmed twice")
	}
	r, err := s.Show(target, "p")
	must(t, err)
	if last := r.Events[len(r.Events)-1]; last.Kind != journal.Confirm || last.Text != "confirmed" ||
		last.By.By != "noc@rs1" || r.Outcome != "applied" {
		t.Errorf("the entry ends with %+v, outcome %q", last, r.Outcome)
	}
	modes(t, dir)
}

func TestADamagedPendingFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	l := lock(t, s)
	path, err := filepath.Glob(filepath.Join(dir, "targets", "*"))
	must(t, err)
	for _, text := range []string{"", "{}", `{"entry":"../x"}`, "\x00\x00"} {
		must(t, os.WriteFile(filepath.Join(path[0], "pending.json"), []byte(text), 0o600))
		if p, err := s.Pending(target); !errors.As(err, new(*journal.UnreadError)) ||
			!strings.Contains(err.Error(), "damaged") {
			t.Errorf("%q: %v, %v", text, p, err)
		}
		name, err := l.SetAside()
		must(t, err)
		if kept, err := os.ReadFile(name); err != nil || string(kept) != text {
			t.Errorf("set aside: %q, %v", kept, err)
		}
		if p, err := s.Pending(target); p != nil || err != nil {
			t.Errorf("%v, %v waits still", p, err)
		}
	}
}

// The system's clocks go on.
func TestSystemClock(t *testing.T) {
	s := open(t, t.TempDir())
	l := lock(t, s)
	e := begin(t, l, somePlan(t, "p"))
	p, err := l.Arm(e.ID, time.Hour)
	must(t, err)
	if left := p.Left(); left > time.Hour || left < 59*time.Minute {
		t.Errorf("%v are left of an hour", left)
	}
	must(t, e.Close())
}
