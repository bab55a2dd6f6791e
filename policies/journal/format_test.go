package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"depeer/policies/journal"
)

// What is of another version, damaged, missing or nothing of ours is passed over by name, and
// what is beside it is read. Nothing of it waits, and nothing is taken for cut off.
func TestUnreadEntriesArePassedOver(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, path string){
		"another version": func(t *testing.T,
			path string) {
			replaceIn(t, path, `"version":1,`, `"version":99,`)
		},
		"another version in the end": func(t *testing.T,
			path string) {
			appendTo(t, path, `{"version":99,"event":"resume"}`+"\n")
		},
		"another version, torn after": func(t *testing.T,
			path string) {
			appendTo(t, path, `{"version":99,"event":"resume"}`+"\n{")
		},
		"foreign text": func(t *testing.T,
			path string) {
			must(t, os.WriteFile(path, []byte("hello\nworld\n"), 0o600))
		},
		"a folder": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, os.Mkdir(path, 0o700))
		},
		"a pipe": func(t *testing.T, path string) {
			must(t, os.Remove(path))
			must(t, syscall.Mkfifo(path, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			told := map[string]bool{}
			s.OnUnread = func(unread *journal.UnreadError) { told[unread.Path] = true }
			l := lock(t, s)
			must(t, begin(t, l, somePlan(t, "first")).End("applied"))
			second := begin(t, l, somePlan(t, "second"))
			must(t, second.Phase("preparing"))
			must(t, second.Close()) // cut off
			files, err := filepath.Glob(filepath.Join(dir, "targets", "*", "000002-second.jsonl"))
			must(t, err)
			spoil(t, files[0])

			all, err := s.History(target)
			must(t, err)
			if len(all) != 2 || all[0].Outcome != "applied" || all[1].Unread == nil || all[1].ID != "000002-second" ||
				all[1].Begun.Plan != "second" {
				t.Errorf("history: %+v", all)
			}
			if !told[files[0]] || len(told) != 1 {
				t.Errorf("told of %v", told)
			}
			open, err := l.Unfinished()
			must(t, err)
			unread, err := l.Unread()
			must(t, err)
			if len(open) != 0 || len(unread) != 1 {
				t.Errorf("%d are unfinished, %d unread", len(open), len(unread))
			}
			if found, err := s.Find("second"); err != nil || found.Unread == nil {
				t.Errorf("find: %+v, %v", found, err)
			}
			if _, err := l.Resume("000002-second"); err == nil {
				t.Error("it goes on with what it cannot read")
			}
			if e := begin(t, l, somePlan(t, "third")); e.ID != "000003-third" {
				t.Errorf("next is %s", e.ID)
			} else {
				must(t, e.End("applied"))
			}
		})
	}
}

// A plan that cannot be read takes nothing from its entry.
func TestUnreadPlans(t *testing.T) {
	for name, spoil := range map[string]func(path string) error{
		"missing":  os.Remove,
		"damaged":  func(path string) error { return os.WriteFile(path, []byte("no gzip"), 0o600) },
		"a folder": func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) },
		"a pipe":   func(path string) error { return errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir)
			must(t, begin(t, lock(t, s), somePlan(t, "p")).End("applied"))
			files, err := filepath.Glob(filepath.Join(dir, "targets", "*", "*.plan.gz"))
			must(t, err)
			must(t, spoil(files[0]))
			r, err := s.Show(target, "p")
			must(t, err)
			if p, err := r.Plan(); p != nil || !errors.As(err, new(*journal.UnreadError)) ||
				!strings.Contains(err.Error(), files[0]) || r.Outcome != "applied" {
				t.Errorf("%v, %v of %+v", p, err, r)
			}
		})
	}
}

// Every line carries its version; lines and confirmations of before there were any are read.
func TestVersions(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	l := lock(t, s)
	e := begin(t, l, somePlan(t, "p"))
	must(t, e.End("applied"))
	_, err := l.Arm(e.ID, time.Hour)
	must(t, err)
	for _, pattern := range []string{"*.jsonl", "pending.json"} {
		files, err := filepath.Glob(filepath.Join(dir, "targets", "*", pattern))
		must(t, err)
		data, err := os.ReadFile(files[0])
		must(t, err)
		for line := range bytes.Lines(data) {
			var head struct{ Version int }
			if err := json.Unmarshal(line, &head); err != nil || head.Version != 1 {
				t.Errorf("%s: version %d, %v", line, head.Version, err)
			}
		}
		must(t, os.WriteFile(files[0], bytes.ReplaceAll(data, []byte(`"version":1,`), nil), 0o600))
	}
	r, err := s.Show(target, "p")
	if err != nil || r.Outcome != "applied" {
		t.Errorf("without versions: %+v, %v", r, err)
	}
	if p, err := s.Pending(target); err != nil || p.Entry != e.ID {
		t.Errorf("without versions: %+v, %v", p, err)
	}
}

func replaceIn(t *testing.T, path, old, new string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	if !strings.Contains(string(data), old) {
		t.Fatalf("%s has no %s: %s", path, old, data[:min(len(data), 100)])
	}
	must(t, os.WriteFile(path, []byte(strings.Replace(string(data), old, new, 1)), 0o600))
}

// appendTo adds text to what is whole in a journal.
func appendTo(t *testing.T, path, text string) {
	t.Helper()
	data, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, append(bytes.TrimRight(data, "\x00"), text...), 0o600))
}
