package lab_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab"
)

func TestReadMembers(t *testing.T) {
	got, err := lab.ReadMembers("f",
		[]byte("# who\n- 64499\n192.0.2.0/24\tAS64496 26780 # what\n\n2001:db8::/32 64499\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := []lab.Member{
		{ASN: 64499, Announces: []policies.Route{{Prefix: netip.MustParsePrefix("2001:db8::/32"),
			Path: []filters.ASN{64499}}}},
		{ASN: 64496, Announces: []policies.Route{{Prefix: netip.MustParsePrefix("192.0.2.0/24"),
			Path: []filters.ASN{64496, 26780}}}},
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("members (-want +got):\n%s", d)
	}
}

func TestReadMembersRefused(t *testing.T) {
	for in, want := range map[string]string{
		"\n192.0.2.0/24":     `f:2: "192.0.2.0/24": want a prefix and an AS path`,
		"192.0.2.1/24 64496": "f:1: host bits set in 192.0.2.1/24",
		"- 010":              `f:1: leading zero in ASN "010"`,
	} {
		_, err := lab.ReadMembers("f", []byte(in))
		if err == nil || !cmp.Equal(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", in, err, want)
		}
	}
}

func FuzzReadMembers(f *testing.F) {
	f.Add([]byte("192.0.2.0/24 64496 26780\n- 64499\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		members, err := lab.ReadMembers("f", data)
		if err != nil {
			return
		}
		for _, m := range members {
			for _, r := range m.Announces {
				if r.Path[0] != m.ASN || r.Prefix != r.Prefix.Masked() {
					t.Errorf("AS%s announces %v", m.ASN, r)
				}
			}
		}
	})
}
