package build_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

func TestTell(t *testing.T) {
	for name, test := range map[string]struct{ treatment, list, reference, ask, want string }{
		"all of it": {"depeer", "ours", "SBL1", "noc@ix.example",
			"depeer: listed in ours (SBL1); ask noc@ix.example"},
		"nobody to ask": {"depeer", "ours", "SBL1", "", "depeer: listed in ours (SBL1)"},
		"no reference":  {"depeer", "ours", "", "noc@ix.example", "depeer: listed in ours; ask noc@ix.example"},
		"a reference too long": {"depeer", "ours", strings.Repeat("x", 100), "noc@ix.example",
			"depeer: listed in ours; ask noc@ix.example"},
		"somebody too long": {"depeer", "ours", "SBL1", strings.Repeat("ж", 100),
			"depeer: listed in ours; ask " + strings.Repeat("ж", 50)},
	} {
		got := build.Tell(test.treatment, test.list, test.reference, test.ask)
		if got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// Whatever is said fits, is whole characters, and begins as it should.
func TestTellFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.Rune(), 0, 150, -1)
		treatment, list := rapid.StringMatching("[a-z]{1,63}").Draw(t, "treatment"),
			rapid.StringMatching("[a-z]{1,63}").Draw(t, "list")
		got := build.Tell(treatment, list, text.Draw(t, "reference"), text.Draw(t, "ask"))
		whole := treatment + ": listed in " + list
		if len(got) > 128 || !utf8.ValidString(got) || !strings.HasPrefix(got, whole[:min(len(whole), len(got))]) {
			t.Fatalf("%d bytes: %q", len(got), got)
		}
	})
}

// Sessions are of ASNs that providers in force list, under a treatment that shuts; not
// of protected ones, which no filter has.
func TestBuildSessions(t *testing.T) {
	listed := func(state filters.State, treatment string, asns ...filters.ASN) filters.Listed {
		p := &filters.Provider{Evidence: []filters.Evidence{{URL: "https://example.net/1"}}}
		for _, a := range asns {
			p.ASNs = append(p.ASNs, filters.ASMatch{ASN: a})
		}
		return filters.Listed{Listing: &filters.Listing{Name: "ours", URL: "https://ours.example"}, Provider: p,
			State: state, Treatment: treatment}
	}
	c := &filters.Compiled{
		Filters: []filters.Filter{
			{Treatment: "cut", ASNs: asn(64999, 64998, 64995)},
			{Treatment: "keep", ASNs: asn(64997),
				Groups: []filters.Group{{ASNs: []filters.ASN{64994}, Except: []filters.ASN{1}}}},
		},
		Listed: []filters.Listed{
			listed(filters.InForce, "cut", 64999, 64998), listed(filters.InForce, "cut", 64998), // once
			listed(filters.InForce, "keep", 64997), listed(filters.Expired, "", 64996),
			listed(filters.InForce, "cut", 64993), // protected: no filter has it
			listed(filters.InForce, "cut", 64994), // matched more severely, and elsewhere in the path
		},
	}
	treatments := []policies.Treatment{{Name: "cut", Reject: true, Session: policies.Shut, Ask: "noc"},
		{Name: "keep", Reject: true}}
	want := []policies.Session{{ASN: 64994}, {ASN: 64998}, {ASN: 64999}}
	got := build.Policy(c, treatments, 64500)
	if diff := cmp.Diff(want, got.Sessions,
		cmpopts.IgnoreFields(policies.Session{}, "Message", "Address")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, s := range got.Sessions {
		if s.Message != "cut: listed in ours (https://example.net/1); ask noc" {
			t.Errorf("AS%s is told %q", s.ASN, s.Message)
		}
	}
	treatments[0].Ask = ""
	if got := build.Policy(c, treatments,
		64500).Sessions[0].Message; got != "cut: listed in ours (https://example.net/1); ask https://ours.example" {
		t.Errorf("with nobody to ask: %q", got)
	}
	treatments[0].Session = policies.Keep
	if got := build.Policy(c, treatments, 64500).Sessions; got != nil {
		t.Errorf("kept: %v", got)
	}
}
