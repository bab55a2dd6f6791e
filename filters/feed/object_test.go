package feed

import (
	"encoding/json"
	"testing"
)

// What parseObject takes, encoding/json takes, and reads as the same.
func FuzzObject(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"a":1}`, ` {"a" : "\u00e9\n", "b":null ,"c":-1.5e3}`, `{"a":"\ud800"}`, `{"a":true}`, `{"a":{}}`,
		`{"a":1,}`, `{"a":"b"c}`, `{"a":01}`, `{"a":"\q"}`, "{\"a\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseObject(s)
		if err != nil {
			if err.index < 0 || err.index > len(s) || err.what == "" {
				t.Errorf("error %+v for %q", err, s)
			}
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s), &want); err != nil {
			t.Fatalf("%q was taken, and is no JSON: %v", s, err)
		}
		if len(got) != len(want) {
			t.Fatalf("%q: %d members, want %d", s, len(got), len(want))
		}
		for _, m := range got {
			compareMember(t, m, want)
		}
	})
}

func compareMember(t *testing.T, m member, want map[string]json.RawMessage) {
	quoted, _ := json.Marshal(m.key)
	var key string
	json.Unmarshal(quoted, &key) // invalid UTF-8, which Parse refuses before, becomes U+FFFD
	raw, found := want[key]
	if !found {
		t.Fatalf("no key %q in %v", m.key, want)
	}
	value := string(raw)
	if m.kind == jsonString {
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		quoted, _ := json.Marshal(m.value)
		json.Unmarshal(quoted, &m.value)
	}
	if m.value != value {
		t.Errorf("%q: got %q, want %q", m.key, m.value, value)
	}
}

func TestObjectRefuses(t *testing.T) {
	for _, test := range []struct {
		s    string
		want objectError
	}{
		{``, objectError{0, "a record in JSON must start with {"}},
		{`{`, objectError{1, "a key in double quotes is missing"}},
		{`{"a"`, objectError{4, "a colon is missing"}},
		{`{"a":}`, objectError{5, "a value must stand here"}},
		{`{"a":1 "b":2}`, objectError{7, "a comma or } is missing"}},
		{`{"a":1,}`, objectError{7, "a key in double quotes is missing"}},
		{`{"a":1, "a":1}`, objectError{8, `key "a" stands twice`}},
		{`{"a":1} x`, objectError{8, "more than one record on the line"}},
		{`{"a":"\q"}`, objectError{5, "a value must stand here"}},
		{"{\"a\":\"\t\"}", objectError{5, "a value must stand here"}},
	} {
		if _, err := parseObject(test.s); err == nil || *err != test.want {
			t.Errorf("%s: got %+v, want %+v", test.s, err, test.want)
		}
	}
}
