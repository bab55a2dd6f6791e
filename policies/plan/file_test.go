package plan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/plan"
)

func encoded(t failing, p *plan.Plan) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := plan.Encode(&b, p); err != nil {
		t.Fatalf("encode: %v", err)
	}
	return b.Bytes()
}

func planOf(c *plan.Change) *plan.Plan {
	return &plan.Plan{
		Version: plan.FormatVersion, ID: "20081110t120000-1a2b", Tool: "depeer 1.0",
		Made: time.Date(2008, 11, 10, 12, 0, 0, 0, time.UTC), By: "noc@rs1",
		Target: "unix:///run/gobgpd.sock", Server: server, Fingerprint: "ab",
		Lists: []plan.ListRef{{Name: "l", Digest: "cd", Prefixes: 1}},
		Overrides: plan.Overrides{"allow-growth": {Percent: 5_000_000},
			guard.AllowSessions: {Number: c.Summary().Shut()}}, Change: *c,
	}
}

func TestPlanFilesKeepEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		for _, change := range []*plan.Change{plan.To(state(m), c.policy(), "x"), plan.Clear(state(m), "x")} {
			want := planOf(change)
			got, err := plan.Decode(bytes.NewReader(encoded(t, want)))
			if err != nil {
				t.Fatalf("decode: %v", err)
			}
			if diff := cmp.Diff(want, got, sameOrder); diff != "" {
				t.Fatalf("plan (-want +got):\n%s", diff)
			}
		}
	})
}

// Every byte counts.
func TestAlteredPlanFiles(t *testing.T) {
	m := through.server(policyOf("10.0.0.0/8"))
	whole := encoded(t, planOf(plan.To(state(m), policyOf("192.0.2.0/24"), "x")))
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 1
		if _, err := plan.Decode(bytes.NewReader(changed)); err == nil {
			t.Fatalf("byte %d altered, and nobody saw: %.60q", i, changed[max(0, i-30):])
		}
	}
	digit := bytes.Replace(whole, []byte("192.0.2.0/24"), []byte("192.0.3.0/24"), 1)
	if _, err := plan.Decode(bytes.NewReader(digit)); !errors.Is(err, plan.ErrAltered) {
		t.Errorf("another prefix: %v, want %v", err, plan.ErrAltered)
	}
	for n := range whole {
		if _, err := plan.Decode(bytes.NewReader(whole[:n])); err == nil {
			t.Fatalf("cut off at byte %d, and nobody saw", n)
		}
	}
}

func TestNotAPlanFile(t *testing.T) {
	for _, text := range []string{"", "{}", "null", "[]", "version: 1\n", `{"depeer_plan":2,"sha256":"","plan":{}}`,
		`{"depeer_plan":1,"sha256":"","plan":{}}{}`, `{"depeer_plan":1,"more":1}`} {
		if _, err := plan.Decode(strings.NewReader(text)); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// A plan file with a right digest still says nothing but what we do.
func TestForeignCallsInPlanFiles(t *testing.T) {
	address := netip.MustParseAddr("127.0.0.2")
	tests := map[string]func(*plan.Change){
		"another policy":   func(c *plan.Change) { c.Finish = []plan.Call{{Verb: plan.TakeStatements, Policy: "op"}} },
		"another set":      func(c *plan.Change) { c.Prepare = []plan.Call{{Verb: plan.DeleteSet, Name: "op"}} },
		"a live set":       func(c *plan.Change) { c.Live = []plan.Call{{Verb: plan.AddSet, Name: "depeer/x"}} },
		"two live calls":   func(c *plan.Change) { c.Live = append(c.Live, c.Live...) },
		"a gate of theirs": func(c *plan.Change) { c.Live = []plan.Call{{Verb: plan.OpenGate, Name: "op"}} },
		"no gate": func(c *plan.Change) {
			c.Prepare = []plan.Call{{Verb: plan.AddStatements, Policy: "depeer",
				Add: []plan.Statement{{Statement: policies.Statement{Name: "depeer/x"}}}}}
		},
		"export for everybody": func(c *plan.Change) {
			c.Prepare = []plan.Call{{Verb: plan.AddStatements, Policy: "depeer-export",
				Add: []plan.Statement{{Statement: policies.Statement{Name: "depeer/x",
					Conditions: policies.Conditions{NeighborSet: policies.Condition{Set: "depeer/y"}}}}}}}
		},
		"import out before the gate opens": func(c *plan.Change) {
			c.Prepare = []plan.Call{{Verb: plan.TakeStatements, Policy: "depeer", Take: []string{"depeer/x"}}}
		},
		"every peer": func(c *plan.Change) { c.Finish = []plan.Call{{Verb: plan.Assign}} },
		"a reset": func(c *plan.Change) {
			c.Finish = []plan.Call{{Verb: plan.Reset,
				Client: address}}
		},
		"a set without elements": func(c *plan.Change) {
			c.Prepare = []plan.Call{{Verb: plan.AddSet,
				Name: "depeer/not-in-new"}}
		},
		"the old policy is not there": func(c *plan.Change) { c.Old = nil },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			m := through.server(policyOf("10.0.0.0/8"))
			p := planOf(plan.To(state(m), policyOf("192.0.2.0/24"), "x"))
			change(&p.Change)
			if _, err := plan.Decode(bytes.NewReader(encoded(t, p))); err == nil {
				t.Error("it is read")
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	m := through.server(policyOf("10.0.0.0/8"))
	f.Add(encoded(f, planOf(plan.To(state(m), policyOf("192.0.2.0/24"), "x"))))
	f.Add([]byte(`{"depeer_plan":1,"sha256":"","plan":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Decode(bytes.NewReader(data))
		if err != nil {
			return
		}
		if _, err := plan.Decode(bytes.NewReader(encoded(t, p))); err != nil {
			t.Errorf("what was read cannot be read again: %v", err)
		}
	})
}

func sum(data []byte) [sha256.Size]byte { return sha256.Sum256(data) }

// FuzzPlanBody has the digest right, so that what is behind it is reached.
func FuzzPlanBody(f *testing.F) {
	m := through.server(policyOf("10.0.0.0/8"))
	var body struct {
		Plan json.RawMessage `json:"plan"`
	}
	if err := json.Unmarshal(encoded(f, planOf(plan.To(state(m), policyOf("192.0.2.0/24"), "x"))), &body); err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(body.Plan))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Decode(strings.NewReader(fmt.Sprintf(`{"depeer_plan":1,"sha256":"%x","plan":%s}`+"\n", sum(data),
			data)))
		if err == nil {
			p.Change.Summary()
			p.Change.Calls()
		}
	})
}

// BenchmarkPlanFile is a plan of 300,000 prefixes in place of as many.
func BenchmarkPlanFile(b *testing.B) {
	policy := func(first byte) *policies.RoutingPolicy {
		name, entries := fmt.Sprintf("depeer/depeer/prefix4/%012d", first), policies.Prefixes{}
		for i := range 300_000 {
			prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{first, byte(i >> 16), byte(i >> 8), byte(i)}), 32)
			entries = append(entries, filters.Entry{Prefix: prefix, Min: 32, Max: 32})
		}
		return &policies.RoutingPolicy{
			Sets: []policies.Set{{Name: name, Elements: entries}},
			Import: []policies.Statement{{Name: fmt.Sprintf("depeer/%012d/001-depeer-prefix4", first),
				Conditions: policies.Conditions{PrefixSet: policies.Condition{Set: name}},
				Actions:    policies.Actions{Reject: true}}},
		}
	}
	m := through.server(policy(10))
	p := planOf(plan.To(state(m), policy(11), "x"))
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		data := encoded(b, p)
		if _, err := plan.Decode(bytes.NewReader(data)); err != nil {
			b.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(len(data))/1e6, "MB/file")
		b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/1e6, "MB-allocated")
	}
}
