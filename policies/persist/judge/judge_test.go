package judge_test

import (
	"context"
	"os"
	"testing"

	"depeer/policies/persist/judge"
)

// TestMain is the judge's process, too.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "judge" {
		if err := judge.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func newJudge(t testing.TB) judge.Judge {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return judge.Judge{Command: []string{self, "judge"}}
}

func ask(t testing.TB, q judge.Question) *judge.Forecast {
	t.Helper()
	a, err := newJudge(t).Ask(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
