package gobgpconf_test

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgpconf"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

var formats = []gobgpconf.Format{gobgpconf.TOML, gobgpconf.YAML, gobgpconf.JSON}

func TestEncodeGolden(t *testing.T) {
	for _, s := range samples {
		for _, f := range formats {
			t.Run(s.name+"/"+f.String(), func(t *testing.T) {
				got, err := gobgpconf.Encode(s.policy, f, s.comment)
				if err != nil {
					t.Fatal(err)
				}
				golden(t, s.name+".golden."+f.String(), got)
				again, err := gobgpconf.Encode(s.policy, f, s.comment)
				if err != nil || !bytes.Equal(got, again) {
					t.Errorf("rendered twice, the bytes differ (error %v)", err)
				}
			})
		}
	}
}

func TestAnchorGolden(t *testing.T) {
	for _, f := range formats {
		golden(t, "anchor.golden."+f.String(), gobgpconf.Anchor(f))
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s differs from what is rendered (-want +got), -update rewrites it:\n%s", file, diff)
	}
}

func TestParseFormat(t *testing.T) {
	for _, f := range formats {
		if got, err := gobgpconf.ParseFormat(f.String()); err != nil || got != f {
			t.Errorf("ParseFormat(%q) = %v, %v", f, got, err)
		}
	}
	for _, bad := range []string{"", "TOML", "yml", "hcl"} {
		if got, err := gobgpconf.ParseFormat(bad); err == nil {
			t.Errorf("ParseFormat(%q) = %v, want an error", bad, got)
		}
	}
}

// What gobgpd would misread in silence never leaves the package.
func TestEncodeRefuses(t *testing.T) {
	set := func(name string, entries ...filters.Entry) *policies.RoutingPolicy {
		return &policies.RoutingPolicy{Sets: []policies.Set{{Name: name, Elements: policies.Prefixes(entries)}}}
	}
	one := entry("192.0.2.0/24", 24, 32)
	twice := set("depeer/a", one)
	twice.Sets = append(twice.Sets, twice.Sets[0])
	stmt := func(s policies.Statement) *policies.RoutingPolicy {
		return &policies.RoutingPolicy{Import: []policies.Statement{s}}
	}
	large := policies.LargeCommunity{Global: 1, Local1: 2, Local2: 3}
	unmasked := one
	unmasked.Prefix = netip.MustParsePrefix("192.0.2.1/24")
	tests := []struct {
		name    string
		policy  *policies.RoutingPolicy
		comment string
		want    string
	}{
		{name: "foreign name", policy: set("operators", one), want: "does not begin with depeer/"},
		{name: "line break in a name", policy: set("depeer/a\nb", one), want: "printable ASCII"},
		{name: "set twice", policy: twice, want: "twice"},
		{name: "empty set", policy: set("depeer/a"), want: "empty"},
		{name: "two families", policy: set("depeer/a", one, entry("2001:db8::/32", 32, 128)), want: "mixes families"},
		{name: "host bits", policy: set("depeer/a", unmasked), want: "no masked prefix"},
		{name: "no prefix", policy: set("depeer/a", filters.Entry{}), want: "no masked prefix"},
		{name: "range below the prefix", policy: set("depeer/a", entry("192.0.2.0/24", 8, 32)),
			want: "no lengths 8 to 32"},
		{name: "range upside down", policy: set("depeer/a", entry("192.0.2.0/24", 30, 28)),
			want: "no lengths 30 to 28"},
		{name: "range too long", policy: set("depeer/a", entry("192.0.2.0/24", 24, 33)), want: "no lengths 24 to 33"},
		{name: "unknown set", policy: stmt(policies.Statement{Name: "depeer/a",
			Conditions: policies.Conditions{ASPathSet: where("depeer/b")}}), want: "not there"},
		{name: "foreign statement", policy: stmt(policies.Statement{Name: "a"}), want: "does not begin with depeer/"},
		{name: "adds and drops", policy: stmt(policies.Statement{Name: "depeer/a",
			Actions: policies.Actions{AddLargeCommunities: []policies.LargeCommunity{large},
				DropLargeCommunities: []policies.LargeCommunityPattern{{LargeCommunity: large}}}}),
			want: "adds and drops"},
		{name: "statement in both policies",
			policy: &policies.RoutingPolicy{Import: []policies.Statement{{Name: "depeer/a"}},
				Export: []policies.Statement{{Name: "depeer/a"}}}, want: "twice"},
		{name: "empty neighbor set",
			policy: &policies.RoutingPolicy{Sets: []policies.Set{{Name: "depeer/a", Elements: policies.Neighbors{}}}},
			want:   "empty"},
		{name: "mapped neighbor",
			policy: &policies.RoutingPolicy{Sets: []policies.Set{{Name: "depeer/a",
				Elements: policies.Neighbors{netip.MustParseAddr("::ffff:192.0.2.1")}}}}, want: "no member's address"},
		{name: "neighbor on import", policy: stmt(policies.Statement{Name: "depeer/a",
			Conditions: policies.Conditions{NeighborSet: where("depeer/b")}}), want: "on import"},
		{name: "unknown neighbor set", policy: &policies.RoutingPolicy{Export: []policies.Statement{{Name: "depeer/a",
			Conditions: policies.Conditions{NeighborSet: where("depeer/b")}}}}, want: "not there"},
		{name: "line break in a comment", policy: &policies.RoutingPolicy{}, comment: "a\n[global]",
			want: "unprintable"},
		{name: "direction override in a comment", policy: &policies.RoutingPolicy{}, comment: "a\u202eb",
			want: "unprintable"},
		{name: "marker in a comment", policy: &policies.RoutingPolicy{}, comment: "depeer: end",
			want: "looks like a marker"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var comment []string
			if tt.comment != "" {
				comment = []string{tt.comment}
			}
			got, err := gobgpconf.Encode(tt.policy, gobgpconf.TOML, comment)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %d bytes and error %v, want an error with %q", len(got), err, tt.want)
			}
		})
	}
}
