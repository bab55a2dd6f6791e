package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"depeer/cmd/internal/cli"
	"depeer/cmd/internal/metrics"
	"depeer/policies/guard"
)

// A row of the registry is all that users need to be told of a guard: metrics and help are
// made from it, and README's table has it.
func TestEveryGuardIsInMetricsHelpAndReadme(t *testing.T) {
	var help bytes.Buffer
	if code := cli.Run(context.Background(), cli.Streams{Out: &help, Err: &help},
		[]string{"plan", "--help"}); code != cli.OK {
		t.Fatalf("plan --help: exit %d", code)
	}
	readme, err := os.ReadFile("../../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	described := metricsText(t)
	words := strings.FieldsFunc(help.String(), func(r rune) bool { return strings.ContainsRune(" \n,.", r) })
	for _, g := range guard.Registry {
		for _, name := range []string{"depeer_guard_refusing", "depeer_guard_refusals_total"} {
			if !strings.Contains(described, fmt.Sprintf(`%s{guard=%q,target="rs1"}`, name, g.Code)) {
				t.Errorf("metric %s has no %s", name, g.Code)
			}
		}
		if !slices.Contains(words, g.Short()) {
			t.Errorf("plan --help does not name %s", g.Short())
		}
		if g.Flag != "" && !strings.Contains(help.String(), g.Flag+" ") {
			t.Errorf("plan --help has no flag %s", g.Flag)
		}
		row := rowOf(string(readme), g.Short())
		for _, want := range []string{"| " + g.Refuses + " |", quoted(g.Limit), quoted(g.Flag), g.Of} {
			if !strings.Contains(row, want) {
				t.Errorf("README's row of %s lacks %q: %q", g.Short(), want, row)
			}
		}
	}
}

func metricsText(t *testing.T) string {
	t.Helper()
	m := metrics.New("test")
	m.Target("rs1").Guards(nil, true)
	response := httptest.NewRecorder()
	m.Handler().ServeHTTP(response, httptest.NewRequest("GET", "/metrics", nil))
	return response.Body.String()
}

// rowOf returns the row of README's table that starts with a guard.
func rowOf(readme, short string) string {
	for line := range strings.Lines(readme) {
		if strings.HasPrefix(line, "| `"+short+"` |") {
			return line
		}
	}
	return ""
}

// quoted returns s as the table writes it; nothing for nothing.
func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}
