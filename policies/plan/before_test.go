package plan_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/plan"
)

// fourKinds has sets of all four kinds: prefixes of both families, ASNs, and choices.
func fourKinds() *policies.RoutingPolicy {
	prefix := func(s string, least, most uint8) filters.Entry {
		return filters.Entry{Prefix: netip.MustParsePrefix(s), Min: least, Max: most}
	}
	listed := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", ASNs: []filters.ASMatch{{ASN: 64999}, {ASN: 64998, Where: filters.Path}}},
		{Treatment: "deprefer", Prefixes: filters.Entries{
			IPv4: []filters.Entry{prefix("192.0.2.0/24", 24, 32), prefix("198.51.100.0/22", 22, 22)},
			IPv6: []filters.Entry{prefix("2001:db8::/32", 40, 48)}}},
	}}
	choices := build.Choices{
		Lists: []build.ChosenList{{Name: "ours", Compiled: listed}},
		Members: []build.Chooser{{Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.11"),
			netip.MustParseAddr("2001:db9:1::11")},
			Policies: map[string]policies.MemberPolicy{"ours": policies.Refuse}}},
	}
	return build.PolicyWithChoices(listed, policies.Builtin(64500), 64500, choices)
}

// Digests of policies stand in histories: what was in force is found by them after an upgrade.
func TestDigestsStay(t *testing.T) {
	const want = "502cc3f4683ae58a0dff760ec27930bce3df3dd8557b434b68623b11d64501d0"
	if got := fourKinds().Digest(); got != want {
		t.Errorf("the digest of a policy is %s now, and was %s: no history knows what is in force any more", got, want)
	}
}

// A plan that an earlier version made is not stale after an upgrade.
func TestFingerprintsStay(t *testing.T) {
	const want = "115af6b2ee4d5a24ac7ad2aec5bfe5eb305e4aa50b40d23488320614ef312f64"
	s := state(through.server(fourKinds()))
	if got := s.Fingerprint(); got != want {
		t.Errorf("the fingerprint of a state is %s now, and was %s", got, want)
	}
	if got, put := s.InForce().Digest(), fourKinds().Digest(); got != put {
		t.Errorf("what is in force has the digest %s, and what was put in %s", got, put)
	}
}

// The file was written by the version before the four kinds of sets were one type.
func TestPlansOfEarlierVersionsAreRead(t *testing.T) {
	data, err := os.ReadFile("testdata/four-kinds-before-set.plan")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(fourKinds(), p.Change.New, sameOrder); diff != "" {
		t.Errorf("the policy (-want +got):\n%s", diff)
	}
	m := through.server(policyOf("10.0.0.0/8"))
	want := planOf(plan.To(state(m), fourKinds(), "x"))
	if diff := cmp.Diff(want, p, sameOrder); diff != "" {
		t.Errorf("the plan (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(inJSON(t, data), inJSON(t, encoded(t, want))); diff != "" {
		t.Errorf("the same plan is written otherwise: earlier versions may not read it (-want +got):\n%s", diff)
	}
}

// Calls stand in journals, one by one.
func TestCallsOfEarlierVersionsAreRead(t *testing.T) {
	data, err := os.ReadFile("testdata/four-kinds-before-set.calls")
	if err != nil {
		t.Fatal(err)
	}
	m := through.server(policyOf("10.0.0.0/8"))
	change := plan.To(state(m), fourKinds(), "x")
	want := slices.Concat(change.Prepare, change.Finish)
	var got []plan.Call
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, sameOrder); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

// inJSON returns the plan of a plan file, whatever the order of its keys.
func inJSON(t *testing.T, data []byte) any {
	t.Helper()
	var file struct{ Plan any }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file.Plan
}
