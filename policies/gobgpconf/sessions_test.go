package gobgpconf_test

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/gobgpconf"
)

// Neighbors of a file that has them in all ways; of AS64498 two are members that a start
// would let in.
const neighbors = `[[policy-definitions]]
name = "depeer"
[[policy-definitions]]
name = "depeer-export"
[[neighbors]]
  [neighbors.config]
  neighbor-address = "203.0.113.11"
  peer-as = 64498
  [neighbors.route-server.config]
  route-server-client = true
  [neighbors.apply-policy.config]
  import-policy-list = ["depeer"]
[[neighbors]]
config = {neighbor-address = "203.0.113.12", peer-as = 64498, admin-down = true}
route-server.config.route-server-client = true
apply-policy.config.import-policy-list = ["depeer"]
[[neighbors]]
config.neighbor-address = "203.0.113.13"
config.peer-group = "members"
route-server.config.route-server-client = true
apply-policy.config.import-policy-list = ["depeer"]
[[neighbors]]
config = {neighbor-address = "203.0.113.14", peer-as = 64498}
[[neighbors]]
config = {neighbor-address = "203.0.113.15", peer-as = 64499}
route-server.config.route-server-client = true
apply-policy.config.import-policy-list = ["depeer"]
[[peer-groups]]
config = {peer-group-name = "members", peer-as = 64498}
`

// Who is to be shut is said, at its place, and its section stays as it is.
func TestIntoSaysSessions(t *testing.T) {
	const hint = " (hint: admin-down = true in its config, for as long as it is listed) [gobgpd-session]\n"
	for name, test := range map[string]struct {
		sessions []policies.Session
		want     string
	}{
		"none": {},
		"an ASN": {
			[]policies.Session{{ASN: 64498}},
			"gobgpd.conf:4:3: warning: the session of neighbor 203.0.113.11 is to be shut, and a start with this " +
				"file lets it in" + hint +
				"gobgpd.conf:13:1: warning: the session of neighbor 203.0.113.13 is to be shut, and a start with " +
				"this file lets it in" + hint,
		},
		"an address": {
			[]policies.Session{{ASN: 64498, Address: netip.MustParseAddr("203.0.113.11")},
				{ASN: 64497, Address: netip.MustParseAddr("203.0.113.13")}},
			"gobgpd.conf:4:3: warning: the session of neighbor 203.0.113.11 is to be shut, and a start with this " +
				"file lets it in" + hint,
		},
	} {
		t.Run(name, func(t *testing.T) {
			part, _ := gobgpconf.ReplacePart("gobgpd.conf", []byte(neighbors), &policies.RoutingPolicy{}, nil)
			got, l := gobgpconf.ReplacePart("gobgpd.conf", part, &policies.RoutingPolicy{Sessions: test.sessions}, nil)
			if diff := cmp.Diff(test.want, string(said(l))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !bytes.Equal(part, got) {
				t.Errorf("the file differs:\n%s", got)
			}
		})
	}
}
