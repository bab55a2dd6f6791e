package policies_test

import (
	"testing"

	"depeer/policies"
)

// How many bytes each treatment adds at worst, to a route that has none of its attributes, and
// what a member's choice makes of it.
func TestAddedBytes(t *testing.T) {
	med := uint32(0)
	communities := func(n int) []policies.Community { return make([]policies.Community, n) }
	large := func(n int) []policies.LargeCommunity { return make([]policies.LargeCommunity, n) }
	reason := policies.LargeCommunity{Global: 64500, Local1: 66700, Local2: 1}
	none := policies.Treatment{}
	for name, c := range map[string]struct {
		t            policies.Treatment
		all          int
		on           policies.Treatment // what the exchange does
		choice, both int                // for one member: t alone, and on top of it
	}{
		"nothing":    {policies.Treatment{}, 0, none, 0, 0},
		"refused":    {policies.Treatment{Reject: true}, 0, none, 0, 0},
		"local-pref": {policies.Treatment{LocalPref: 50}, 7, policies.Treatment{LocalPref: 50}, 0, 7},
		"med":        {policies.Treatment{MED: &med}, 7, policies.Treatment{MED: &med}, 7, 7},
		"prepend": {policies.Treatment{Prepend: 1}, 4096, policies.Treatment{LocalPref: 50}, 4096,
			4103},
		"a community": {policies.Treatment{Communities: communities(1)}, 7,
			policies.Treatment{Communities: communities(1)}, 7, 11},
		"63 communities": {policies.Treatment{Communities: communities(63)}, 255,
			policies.Treatment{Communities: communities(1)}, 255, 260},
		"64 communities": {policies.Treatment{Communities: communities(64)}, 260, none, 260, 260},
		"a large community": {policies.Treatment{LargeCommunities: large(1)}, 15,
			policies.Treatment{LargeCommunities: large(1)}, 15, 27},
		"22 large communities": {policies.Treatment{LargeCommunities: large(22)}, 268, none, 268, 268},
		"deprefer with a reason": {policies.Treatment{LocalPref: 50}.Telling(reason), 22,
			policies.Treatment{Communities: communities(1)}, 15, 22},
		"for choosers only": {policies.Treatment{Communities: communities(2), Audience: policies.Choosers}, 0,
			none, 11, 11},
		"on what is for choosers": {policies.Treatment{Communities: communities(1)}, 7,
			policies.Treatment{Prepend: 1, Audience: policies.Choosers}, 7, 7},
		"on what is refused": {policies.Treatment{Communities: communities(1)}, 7,
			policies.Treatment{Reject: true}, 7, 7},
	} {
		t.Run(name, func(t *testing.T) {
			for what, n := range map[string][2]int{
				"for all":         {c.t.AddedBytes(), c.all},
				"as a choice":     {c.t.AddedBytesFor(none), c.choice},
				"on top":          {c.t.AddedBytesFor(c.on), c.both},
				"without reasons": {c.t.Telling(reason).WithoutReason().AddedBytes(), c.t.WithoutReason().AddedBytes()},
			} {
				if n[0] != n[1] {
					t.Errorf("%s: %d bytes, want %d", what, n[0], n[1])
				}
			}
		})
	}
}

// The built-in treatments add no more than the limit that is built in, and what members choose
// neither.
func TestBuiltinTreatmentsAddLittle(t *testing.T) {
	for _, b := range policies.Builtin(65535) {
		if n := b.AddedBytes(); n > 7 {
			t.Errorf("%s adds %d bytes", b.Name, n)
		}
	}
	deprefer, tag := policies.BuiltinChoice(policies.Deprefer, 64500), policies.BuiltinChoice(policies.Tag, 64500)
	for what, n := range map[string][2]int{
		"deprefer":             {deprefer.AddedBytesFor(policies.Treatment{}), 7},
		"tag":                  {tag.AddedBytesFor(policies.Treatment{}), 7},
		"deprefer, on top":     {deprefer.AddedBytesFor(tag), 11},
		"tag, of a 32-bit ASN": {policies.BuiltinChoice(policies.Tag, 4200000001).AddedBytes(), 15},
	} {
		if n[0] != n[1] {
			t.Errorf("%s adds %d bytes, want %d", what, n[0], n[1])
		}
	}
}
