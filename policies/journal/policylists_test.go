package journal_test

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// TestPolicyLists: what is remembered of a target is read back, is of that target alone, and
// is not written again while it is the same. A damaged file is named, and replaced; one of
// another version is named, and left alone.
func TestPolicyLists(t *testing.T) {
	t.Parallel()
	store, err := journal.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const target = "127.0.0.1:50051"
	if lists, err := store.PolicyLists(target); lists != nil || err != nil {
		t.Errorf("before anything is remembered: %v, %v", lists, err)
	}
	seen := plan.Lists{netip.MustParseAddr("2001:db8::1"): {
		Import: plan.Assignment{Policies: []string{"in"}, Default: plan.Reject},
		Export: plan.Assignment{Policies: []string{}, Default: plan.Accept},
	}}
	remember := func() {
		t.Helper()
		if err := store.RememberPolicyLists(target, seen); err != nil {
			t.Fatal(err)
		}
		if got, err := store.PolicyLists(target); err != nil || !got.Equal(seen) {
			t.Fatalf("read back: %v, %v", got, err)
		}
	}
	remember()
	file := store.PolicyListsFile(target)
	before, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	remember()
	if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) {
		t.Errorf("it was written again: %v", err)
	}
	if lists, err := store.PolicyLists("127.0.0.1:50052"); lists != nil || err != nil {
		t.Errorf("another target: %v, %v", lists, err)
	}

	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "{}", string(good[:len(good)-5]),
		strings.Replace(string(good), "reject-route", "reject", 1), string(good) + "x"} {
		if err := os.WriteFile(file, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.PolicyLists(target); err == nil || !strings.Contains(err.Error(), file) ||
			errors.Is(err, journal.ErrOtherVersion) {
			t.Errorf("%q: %v", bad, err)
		}
		remember()
	}
	newer := strings.Replace(string(good), `"version": 1`, `"version": 2`, 1)
	if err := os.WriteFile(file, []byte(newer), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.PolicyLists(target); !errors.Is(err, journal.ErrOtherVersion) ||
		!strings.Contains(err.Error(), file) {
		t.Errorf("another version: %v", err)
	}
	if err := store.RememberPolicyLists(target, seen); !errors.Is(err, journal.ErrOtherVersion) {
		t.Errorf("another version: %v", err)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != newer {
		t.Errorf("another version is replaced: %v\n%s", err, now)
	}
}
