package exchange_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/policies/exchange"
)

func TestInOrder(t *testing.T) {
	for _, trial := range []struct{ file, want string }{
		{"", ""},
		{"a b c", "a b c"},
		{"a<c b c", "c a b"},
		{"a<b b<c c d", "c b a d"},
		{"b<a a c<a", "a b c"},
	} {
		if diff := cmp.Diff(trial.want, ordered(t, strings.Fields(trial.file))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", trial.file, diff)
		}
	}
}

// ordered reads targets such as a<b, which is a, behind b, and returns their order.
func ordered(t interface{ Fatalf(string, ...any) }, targets []string) string {
	file := "version: 1\n"
	for i, word := range targets {
		if i == 0 {
			file += "targets:\n"
		}
		name, after, waits := strings.Cut(word, "<")
		file += fmt.Sprintf("  - {name: %s, address: \"unix:///%s\"", name, name)
		if waits {
			file += ", after: " + after
		}
		file += "}\n"
	}
	ex, diags := exchange.Read("depeer.yaml", []byte(file))
	if ex == nil {
		t.Fatalf("%s: %v", file, diags)
	}
	names := []string{}
	for _, target := range ex.InOrder() {
		names = append(names, target.Name)
	}
	return strings.Join(names, " ")
}

// Each stands once, and behind the one that it waits for.
func TestInOrderOfAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "targets")
		places := make([]int, n)
		for i := range places {
			places[i] = i
		}
		rank := rapid.Permutation(places).Draw(t, "ranks") // who waits has the higher one: no circles
		var targets []string
		after := map[string]string{}
		for i := range n {
			name := fmt.Sprint("t", i)
			if j := rapid.IntRange(0, n-1).Draw(t, "after"); rank[j] < rank[i] {
				after[name] = fmt.Sprint("t", j)
				name += "<" + after[name]
			}
			targets = append(targets, name)
		}
		got := strings.Fields(ordered(t, targets))
		if len(got) != n {
			t.Fatalf("%d of %d: %q", len(got), n, got)
		}
		for name, before := range after {
			if slices.Index(got, before) > slices.Index(got, name) || slices.Index(got, name) < 0 {
				t.Errorf("%s waits for %s: %q", name, before, got)
			}
		}
	})
}
