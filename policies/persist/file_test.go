package persist_test

import (
	"errors"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/persist"
	"depeer/policies/plan"
)

// operators is an operator's file, with the anchor in the middle.
const operators = `[global.config]
as = 64500
router-id = "192.0.2.1"

# depeer: begin
[[policy-definitions]]
name = "depeer"
[[policy-definitions]]
name = "depeer-export"
# depeer: end

[[neighbors]] # theirs
config = {neighbor-address = "203.0.113.11", peer-as = 64496}
route-server.config.route-server-client = true
apply-policy.config.import-policy-list = ["depeer"]
`

var server = plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: 64500}

// listed is a policy that refuses these prefixes. Its treatments do not come in the
// order of their names, as those of a route server do that is read.
func listed(prefixes ...string) *policies.RoutingPolicy {
	var refused filters.Entries
	for _, s := range prefixes {
		p := netip.MustParsePrefix(s)
		e := filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
		if p.Addr().Is4() {
			refused.IPv4 = append(refused.IPv4, e)
		} else {
			refused.IPv6 = append(refused.IPv6, e)
		}
	}
	c := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "worst", Prefixes: refused},
		{Treatment: "bad", ASNs: []filters.ASMatch{{ASN: 64999}}},
	}}
	return build.Policy(c, []policies.Treatment{{Name: "worst", Reject: true}, {Name: "bad", LocalPref: 50}}, 64500)
}

func newFile(t testing.TB, text string) persist.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gobgpd.conf")
	write(t, path, text)
	return persist.File{Path: path, Server: server}
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t testing.TB, f persist.File) string {
	t.Helper()
	text, err := os.ReadFile(f.Path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func put(t testing.TB, f persist.File, p *policies.RoutingPolicy, comment ...string) bool {
	t.Helper()
	written, err := f.Put(p, comment)
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// From the anchor to one policy, to another, and to none: what is theirs stays, and
// what was put in is found.
func TestPut(t *testing.T) {
	f := newFile(t, operators)
	a, b := listed("198.51.100.0/24"), listed("198.51.100.0/24", "2001:db8::/32")
	before, after, _ := strings.Cut(operators, "# depeer: begin")
	_, after, _ = strings.Cut(after, "# depeer: end")
	for _, p := range []*policies.RoutingPolicy{a, b, a, {}} {
		found, err := f.Look(p, []string{"From: ours"})
		if err != nil || !found.Stale || !found.Rewrite {
			t.Fatalf("found %+v, %v", found, err)
		}
		if err := f.Try(p, nil); err != nil {
			t.Error(err)
		}
		if read(t, f) != string(found.Text) {
			t.Fatal("looking has changed the file")
		}
		if !put(t, f, p, "From: ours") || put(t, f, p, "From: ours") {
			t.Error("put in twice, or not at all")
		}
		if found, err = f.Look(p, []string{"From: theirs"}); err != nil || found.Stale || !found.Rewrite {
			t.Errorf("found %+v, %v", found, err)
		}
		if !policies.Same(found.Holds, p) {
			t.Error("the file holds something else")
		}
		if text := read(t, f); !strings.HasPrefix(text, before) || !strings.HasSuffix(text, after) {
			t.Errorf("what is theirs is not as it was:\n%s", text)
		}
	}
	if info, err := os.Stat(f.Path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode is %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(f.Path)); err != nil || len(left) != 1 {
		t.Errorf("beside the file there is %v, %v", left, err)
	}
}

// What our part cannot be put into is refused, and stays as it is.
func TestRefused(t *testing.T) {
	p := listed("198.51.100.0/24")
	good := newFile(t, operators)
	put(t, good, p)
	text := read(t, good)
	for _, trial := range []struct {
		name, text string
		is         error // nil: a *WrongError
		says       string
	}{
		{"no TOML", "neighbors:\n", nil, "gobgpd-syntax"},
		{"defined twice", text + "\n[[policy-definitions]]\nname = \"depeer\"\n", nil, "gobgpd-defined-twice"},
		{"damaged", strings.Replace(text, "# depeer: end", "", 1), nil, "gobgpd-part-damaged"},
		{"something of theirs within", strings.Replace(text, "# depeer: end", "[zebra]\n# depeer: end", 1), nil,
			"gobgpd-foreign"},
		{"an entry by hand", strings.Replace(text, "198.51.100.0/24", "198.51.0.0/16", 1), persist.ErrEdited,
			"names and contents"},
		{"an action by hand", strings.Replace(text, "reject-route", "none", 1), persist.ErrEdited,
			"names and contents"},
		{"accepting by hand", strings.Replace(text, "reject-route", "accept-route", 1), persist.ErrEdited,
			"does not write"},
		{"another AS", strings.Replace(text, "64500", "64501", 1), persist.ErrOther, "of AS64501, router-id 192.0.2.1"},
		{"another route server", strings.Replace(text, "192.0.2.1", "192.0.2.2", 1), persist.ErrOther,
			"the target is AS64500, 192.0.2.1"},
	} {
		if trial.text == text {
			t.Fatalf("%s: nothing was edited", trial.name)
		}
		f := newFile(t, trial.text)
		_, looked := f.Look(p, nil)
		for _, err := range []error{looked, f.Try(p, nil)} {
			if err == nil || !strings.Contains(err.Error(), trial.says) {
				t.Errorf("%s: %v, which does not say %q", trial.name, err, trial.says)
			}
			if wrong := new(*persist.WrongError); trial.is == nil && !errors.As(err, wrong) || trial.is != nil &&
				!errors.Is(err, trial.is) {
				t.Errorf("%s: is not %v: %v", trial.name, trial.is, err)
			}
		}
		if read(t, f) != trial.text {
			t.Errorf("%s: the file was changed", trial.name)
		}
		written, err := f.Put(p, nil)
		switch {
		case errors.Is(trial.is, persist.ErrEdited): // a way back does not ask
			if err != nil || !written || read(t, f) != text {
				t.Errorf("%s: put: %t, %v", trial.name, written, err)
			}
		case err == nil || read(t, f) != trial.text:
			t.Errorf("%s: put in all the same", trial.name)
		}
	}
	_, err := persist.File{Path: filepath.Join(t.TempDir(), "missing"), Server: server}.Look(p, nil)
	if err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("missing: %v", err)
	}
}

// A clear does not need a part that is as we left it, nor one at all.
func TestPutIntoNothing(t *testing.T) {
	bare, _, _ := strings.Cut(operators, "# depeer: begin")
	f := newFile(t, bare)
	if !put(t, f, &policies.RoutingPolicy{}) || !strings.Contains(read(t, f), `name = "depeer-export"`) {
		t.Errorf("the definitions are not there:\n%s", read(t, f))
	}
}

// A directory that cannot be written in is found before.
func TestTry(t *testing.T) {
	f := newFile(t, operators)
	dir := filepath.Dir(f.Path)
	for path, mode := range map[string]fs.FileMode{f.Path: 0o644, dir: 0o555, filepath.Dir(dir): 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { os.Chmod(dir, 0o700) })
	asSomebody(t, func() {
		err := f.Try(listed("198.51.100.0/24"), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "write ") ||
			!strings.Contains(err.Error(), "permission denied") {
			t.Errorf("got %v", err)
		}
	})
}

// A link stays one.
func TestPutThroughLink(t *testing.T) {
	f := newFile(t, operators)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(f.Path, link); err != nil {
		t.Fatal(err)
	}
	put(t, persist.File{Path: link, Server: server}, listed("198.51.100.0/24"))
	if to, err := os.Readlink(link); err != nil || to != f.Path || !strings.Contains(read(t, f), "198.51.100.0/24") {
		t.Errorf("the link leads to %q, %v", to, err)
	}
}

// The order of sets means nothing: a route server that is read has its own.
func TestOrder(t *testing.T) {
	p := listed("198.51.100.0/24", "2001:db8::/32")
	f := newFile(t, operators)
	put(t, f, p)
	asRead := *p // as a route server is read: sets by name
	asRead.Sets = slices.Clone(p.Sets)
	slices.Reverse(asRead.Sets)
	if found, err := f.Look(&asRead, nil); err != nil || found.Stale {
		t.Errorf("found %+v, %v", found, err)
	}
}
