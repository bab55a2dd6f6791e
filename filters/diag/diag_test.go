package diag_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/diag"
)

func TestDiagnosticReadsLikeACompilers(t *testing.T) {
	at := diag.Position{File: "listings.yaml", Line: 14, Column: 9}
	tests := []struct {
		d    diag.Diagnostic
		want string
	}{
		{diag.Diagnostic{at, diag.Error, "listing-host-bits", "host bits set in 10.0.0.7/24", "10.0.0.0/24"},
			"listings.yaml:14:9: error: host bits set in 10.0.0.7/24 (hint: 10.0.0.0/24) [listing-host-bits]"},
		{diag.Diagnostic{at, diag.Refused, "guard-everything", "0.0.0.0/0 is everything", ""},
			"listings.yaml:14:9: error: 0.0.0.0/0 is everything [guard-everything]"},
		{diag.Diagnostic{diag.Position{File: "a.yaml"}, diag.Warning, "x", "odd", ""}, "a.yaml: warning: odd [x]"},
		{diag.Diagnostic{diag.Position{}, diag.Error, "x", "odd", ""}, "error: odd [x]"},
	}
	for _, test := range tests {
		if got := test.d.String(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}

func TestSortOrdersByPlaceAndDropsWhatIsSaidTwice(t *testing.T) {
	var l diag.List
	pos := func(line, column int) diag.Position { return diag.Position{File: "f", Line: line, Column: column} }
	l.Warnf(pos(2, 1), "b", "", "second")
	l.Errorf(pos(10, 1), "c", "", "last")
	l.Errorf(pos(2, 1), "b", "", "graver first")
	l.Warnf(pos(1, 9), "a", "", "first")
	l.Warnf(pos(2, 1), "b", "", "second")
	l.Sort()
	var got []string
	for _, d := range l {
		got = append(got, d.Message)
	}
	if diff := cmp.Diff([]string{"first", "graver first", "second", "last"}, got); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	if l.Worst() != diag.Error || l.Count(diag.Warning) != 2 {
		t.Errorf("worst %v with %d warnings, want an error and 2", l.Worst(), l.Count(diag.Warning))
	}
}

func TestNearest(t *testing.T) {
	keys := []string{"name", "prefixes", "review_after", "asn", "json", "format"}
	for word, want := range map[string]string{
		"nmae": "name", "prefix": "prefixes", "review-after": "review_after", "Name": "name",
		"asns": "asn", "xyz": "", "formt": "format", "jzon": "json", "a": "", "": "", "treatment": "",
	} {
		if got := diag.Nearest(word, keys); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
}
