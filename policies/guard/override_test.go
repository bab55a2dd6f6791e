package guard_test

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies/guard"
)

func TestParseOverride(t *testing.T) {
	for _, test := range []struct {
		in         string
		of, passes int
	}{
		{"0", 1000, 0}, {"45", 1000, 45}, {"45", 0, 45}, {"5%", 1000, 50}, {"5%", 19, 0}, {"0.5%", 1000, 5},
		{"100%", 7, 7}, {"0%", 7, 0}, {"300%", 10, 30},
	} {
		o, err := guard.ParseOverride(test.in)
		if err != nil || o.Of(test.of) != test.passes {
			t.Errorf("%s of %d: %d, %v, want %d", test.in, test.of, o.Of(test.of), err, test.passes)
		}
	}
	for _, in := range []string{"", "-1", "+1", "01", "1.5", "1e3", "0x10", "5 %", "%", "5%%", "1,500", " 5",
		"99999999999", "10000.1%"} {
		if o, err := guard.ParseOverride(in); err == nil {
			t.Errorf("%q is read as %s", in, o)
		}
	}
}

// Plans have numbers as before there were percentages.
func TestOverrideInJSON(t *testing.T) {
	for text, want := range map[string]guard.Override{"45": {Number: 45}, "0": {}, `"5%"`: {Percent: 5_000_000}} {
		var o guard.Override
		if err := json.Unmarshal([]byte(text), &o); err != nil || o != want {
			t.Errorf("%s is read as %+v, %v", text, o, err)
		}
		if written, err := json.Marshal(want); err != nil || string(written) != text {
			t.Errorf("%+v is written %s, %v, want %s", want, written, err, text)
		}
	}
	for _, text := range []string{`"45"`, "-1", "1.5", "null", "[]", `"x%"`} {
		var o guard.Override
		if err := json.Unmarshal([]byte(text), &o); err == nil {
			t.Errorf("%s is read as %s", text, o)
		}
	}
}

// What is suggested lets everything pass that is refused, of all targets, and is not much
// more than that.
func TestSuggest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		targets := make([][]guard.Result, rapid.IntRange(1, 3).Draw(t, "targets"))
		flags := []string{"", "--allow-routes", "--allow-member-routes"}
		most := map[string]int{}
		for i := range targets {
			for range rapid.IntRange(0, 4).Draw(t, "guards") {
				a := guard.Result{Value: rapid.IntRange(0, 100_000).Draw(t, "value"), Base: 200_000,
					Flag: rapid.SampledFrom(flags).Draw(t, "flag"), OK: rapid.Bool().Draw(t, "ok")}
				if !a.OK && a.Flag != "" {
					most[a.Flag] = max(most[a.Flag], a.Value)
				}
				targets[i] = append(targets[i], a)
			}
		}
		guard.Suggest(targets...)
		for _, answers := range targets {
			for _, a := range answers {
				switch {
				case a.OK || a.Flag == "":
					if a.Suggest != 0 {
						t.Fatalf("nothing is to be suggested: %+v", a)
					}
				case a.Suggest < most[a.Flag] || a.Suggest > most[a.Flag]+most[a.Flag]/10:
					t.Fatalf("suggested is %d, for %d", a.Suggest, most[a.Flag])
				}
				if a.Allow(guard.UpTo(a.Suggest)); !a.OK && a.Flag != "" {
					t.Fatalf("what is suggested does not pass: %+v", a)
				}
			}
		}
	})
	for n, want := range map[int]int{3: 3, 99: 99, 100: 100, 101: 110, 146: 150, 1437: 1500, 99_001: 100_000} {
		answers := []guard.Result{{Value: n, Flag: "--allow-routes"}}
		if guard.Suggest(answers); answers[0].Suggest != want {
			t.Errorf("for %d: %d, want %d", n, answers[0].Suggest, want)
		}
	}
}
