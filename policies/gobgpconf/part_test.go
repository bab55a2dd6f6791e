package gobgpconf_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/gobgpconf"
)

// alike compares policies: prefixes by what they are, none as empty.
var alike = cmp.Options{cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}), cmpopts.EquateEmpty()}

// Each policy, put into each file, is read back as it was.
func TestPart(t *testing.T) {
	for name, old := range files(t, "into") {
		for _, s := range samples {
			text, _ := gobgpconf.ReplacePart(name, old, s.policy, s.comment)
			if text == nil {
				continue // a neighbor-set into a list in one value
			}
			got, l := gobgpconf.ReadPart(name, text)
			if l.Worst() == diag.Error {
				t.Errorf("%s in %s: %s", s.name, name, said(l))
			} else if diff := cmp.Diff(s.policy, got, alike); diff != "" {
				t.Errorf("%s in %s (-want +got):\n%s", s.name, name, diff)
			}
		}
	}
}

// Whatever the file and the policy, what goes in is read back.
func TestPartOfAny(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after, marked := drawFile(t)
		old := joinPath(before) + joinPath(after)
		if marked {
			old = joinPath(before) + "# depeer: begin\n" + definitions + "# depeer: end\n" + joinPath(after)
		}
		want := drawPolicy(t)
		text, l := gobgpconf.ReplacePart("gobgpd.conf", []byte(old), want, nil)
		if text == nil {
			t.Fatalf("%s", said(l))
		}
		got, l := gobgpconf.ReadPart("gobgpd.conf", text)
		if l.Worst() == diag.Error {
			t.Fatalf("%s\n%s", said(l), text)
		}
		if diff := cmp.Diff(want, got, alike); diff != "" {
			t.Fatalf("(-want +got):\n%s\n%s", diff, text)
		}
	})
}

// What is wrong with a file, and not only with putting something into it, is said of
// its part as well.
func TestPartRefuses(t *testing.T) {
	only := []string{"gobgpd-inline", "gobgpd-undefined-set", "gobgpd-name-taken", "gobgpd-differs"} // of ReplacePart
	for name, old := range files(t, "bad") {
		_, into := gobgpconf.ReplacePart("gobgpd.conf", old, &policies.RoutingPolicy{}, nil)
		into = slices.DeleteFunc(into, func(d diag.Diagnostic) bool {
			return d.Severity != diag.Error ||
				slices.Contains(only, d.Code)
		})
		_, l := gobgpconf.ReadPart("gobgpd.conf", old)
		for _, d := range into {
			if !slices.Contains(l, d) {
				t.Errorf("%s: ReplacePart says %v, and ReadPart:\n%s", name, d, said(l))
			}
		}
	}
}

// A part that somebody has edited is told.
func TestPartEdited(t *testing.T) {
	text, _ := gobgpconf.ReplacePart("gobgpd.conf", nil, everyAction(), nil)
	prefixes, _ := gobgpconf.ReplacePart("gobgpd.conf", nil, prefixesOnly(), nil)
	for _, edit := range []struct {
		what, old, new string
		in             []byte
	}{
		{"an action of another kind", `"none"`, `"accept-route"`, text},
		{"a key more", "repeat-n", "speed = 3, repeat-n", text},
		{"another way to prepend", `"last-as"`, `"65000"`, text},
		{"a MED that is added to", `set-med = "`, `set-med = "+`, text},
		{"an entry without a range", `, masklength-range = "24..24"`, "", prefixes},
		{"host bits", `"192.0.2.0/24", masklength-range = "24..24"`, `"192.0.2.1/24", masklength-range = "24..24"`,
			prefixes},
		{"all instead of any", `match-set-options = "any"`, `match-set-options = "all"`, prefixes},
		{"a number for a word", `route-disposition = "reject-route"`, `route-disposition = 3`, prefixes},
	} {
		edited := strings.Replace(string(edit.in), edit.old, edit.new, 1)
		if edited == string(edit.in) {
			t.Errorf("%s: nothing was edited in\n%s", edit.what, edit.in)
		}
		p, l := gobgpconf.ReadPart("gobgpd.conf", []byte(edited))
		if p != nil || len(l) != 1 || l[0].Code != "gobgpd-part-edited" || l[0].Position.Line == 0 {
			t.Errorf("%s: %s", edit.what, said(l))
		}
	}
}

// The order of sets and of the two policies means nothing; no definition of ours is
// an empty policy.
func TestPartPasted(t *testing.T) {
	for _, text := range []string{"", "[[policy-definitions]]\nname = \"theirs\"\n",
		"[[policy-definitions]]\nname = \"depeer-export\"\n[[policy-definitions]]\nname = \"depeer\"\n"} {
		p, l := gobgpconf.ReadPart("gobgpd.conf", []byte(text))
		if len(l) != 0 {
			t.Errorf("%q: %s", text, said(l))
		} else if diff := cmp.Diff(&policies.RoutingPolicy{}, p, alike); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
