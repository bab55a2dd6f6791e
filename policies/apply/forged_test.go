package apply_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/guard"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// forge calls f with data and one thing in it changed, for each thing: left out, twice, turned
// round, or another one in its place. Nothing of f is kept.
func forge(data any, set func(any), path string, f func(what string)) {
	put := func(what string, value any) {
		set(value)
		f(path + ": " + what)
		set(data)
	}
	switch data := data.(type) {
	case map[string]any:
		for key, value := range data {
			delete(data, key)
			f(path + "." + key + ": left out")
			data[key] = value
			forge(value, func(v any) { data[key] = v }, path+"."+key, f)
		}
	case []any:
		if len(data) > 0 {
			put("without the first", slices.Clone(data[1:]))
			put("none", []any{})
			put("the first twice", append([]any{data[0]}, data...))
			turned := slices.Clone(data)
			slices.Reverse(turned)
			if !strings.HasSuffix(path, "Patterns") && !strings.HasSuffix(path, "Entries") &&
				!strings.HasSuffix(path, "Addresses") { // their order means nothing
				put("turned round", turned)
			}
		}
		for i, value := range data {
			forge(value, func(v any) { data[i] = v }, fmt.Sprintf("%s[%d]", path, i), f)
		}
	case string:
		for _, other := range []string{"", data + "x", "op-tag", "op-refuse", "depeer", "depeer/x", "depeer/gate/cut",
			"127.0.0.3", "0.0.0.0/0 0..32", "delete statement", "assign policies", "hold statement"} {
			put(fmt.Sprintf("%q", other), other)
		}
	case json.Number:
		for _, other := range []string{"0", "1", "9", "100", "65003"} {
			put(other, json.Number(other))
		}
	case bool:
		put(fmt.Sprint(!data), !data)
	case nil:
		put("true", true)
		put("something", map[string]any{"Import": []any{}})
	}
}

// sealed is a plan file of a body, with a right digest.
func sealed(t *testing.T, body any) []byte {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"depeer_plan":1,"sha256":"%x","plan":%s}`+"\n", sha256.Sum256(text), text)
}

// A plan file in which anything was changed, and its digest made anew, does what the honest one
// does, or is refused before the first call.
func TestForgedPlans(t *testing.T) {
	few := []string{"first", "a to b, and a member without a place", "a to b, and sessions", "clear"}
	for _, s := range scenarios() {
		if !*every && !slices.Contains(few, s.name) {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			start := s.from(t)
			honest := planned(start, s.to, "cut")
			honest.Overrides = plan.Overrides{guard.AllowSessions: guard.UpTo(honest.Change.Summary().Shut())}
			var file bytes.Buffer
			if err := plan.Encode(&file, honest); err != nil {
				t.Fatal(err)
			}
			apply := func(file []byte) (*plantest.Model, int, error) {
				p, err := plan.Decode(bytes.NewReader(file))
				if err != nil {
					return nil, 0, err
				}
				m := start.Clone()
				w := &wire{Model: m}
				_, err = applier(w, &paper{}).Apply(context.Background(), p)
				return m, w.calls, err
			}
			done, _, err := apply(file.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			want := look(done)
			var whole struct {
				Plan map[string]any `json:"plan"`
			}
			decoder := json.NewDecoder(&file)
			decoder.UseNumber()
			if err := decoder.Decode(&whole); err != nil {
				t.Fatal(err)
			}
			seen, tried, refused := 0, 0, 0
			some := rand.New(rand.NewPCG(1, 2))
			forge(whole.Plan, nil, "plan", func(what string) {
				if seen++; !*every && some.IntN(20) != 0 {
					return
				}
				tried++
				m, calls, err := apply(sealed(t, whole.Plan))
				switch {
				case err != nil && calls > 0:
					t.Errorf("%s: refused after %d calls: %v", what, calls, err)
				case err != nil:
					refused++
				default:
					if diff := cmp.Diff(want, look(m)); diff != "" {
						t.Errorf("%s: done (-honest +forged):\n%s", what, diff)
					}
				}
			})
			t.Logf("%d of %d (of %d) refused, the others do the same", refused, tried, seen)
		})
	}
}
