package feed

import "testing"

func TestTooManyEntries(t *testing.T) {
	const text = "AS1\nAS2\nAS2\nAS3\nAS4\n"
	for most, want := range map[int]string{
		3: "f:5:1: error: over 3 entries [feed-too-many-entries]",
		4: "",
	} {
		r := newReader("f", text, Options{})
		if r.most != MaxEntries {
			t.Errorf("bound %d, want %d", r.most, MaxEntries)
		}
		r.most = most
		r.readPlain(text)
		got := ""
		if len(r.diags) > 0 {
			got = r.diags[0].String()
		}
		if got != want || (r.errors > 0) != (want != "") {
			t.Errorf("%d: got %q, want %q", most, got, want)
		}
	}
}
