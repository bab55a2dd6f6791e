package gobgpconf_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters/diag"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// grouped are files with peer groups: which list a neighbor has, and what is said of it.
var grouped = map[string]struct {
	list []string // of 127.77.0.3, as gobgpd has it
	says []string // all warnings about lists: about whom, and the hint
}{
	"static-group":       {[]string{"op"}, []string{`neighbor 127.77.0.3 import-policy-list = ["depeer", "op"]`}},
	"client-in-neighbor": {[]string{"op"}, []string{`neighbor 127.77.0.3 import-policy-list = ["depeer", "op"]`}},
	"right-group":        {[]string{"depeer", "op"}, nil},
	"two-groups": {[]string{"depeer", "member-filter"},
		[]string{`peer group dyn import-policy-list = ["depeer", "lab-open"]`}},
	"own-list":     {[]string{"op"}, []string{`neighbor 127.77.0.3 import-policy-list = ["depeer", "op"]`}},
	"three-groups": {[]string{"depeer", "op"}, []string{`peer group dyn import-policy-list = ["depeer"]`}},
}

// A warning is about the list that a neighbor has, and its hint keeps the operator's own
// policies.
func TestGroupLists(t *testing.T) {
	all := files(t, "into")
	for name, want := range grouped {
		_, l := gobgpconf.ReplacePart("gobgpd.conf", all["groups-"+name], marks(), nil)
		var says []string
		for _, d := range l {
			if d.Code == "gobgpd-not-first" {
				whom, _, _ := strings.Cut(d.Message, " is a route-server client")
				says = append(says, whom+" "+d.Hint)
			}
		}
		if diff := cmp.Diff(want.says, says); diff != "" || l.Worst() == diag.Error {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A neighbor has its own list, key by key, and its group's where its section has no such
// key: so does gobgpd 3.37.
func TestFactGroupLists(t *testing.T) {
	t.Parallel()
	for name, want := range grouped {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(files(t, "into")["groups-"+name])
			d := testbed.Gobgpd(t, testbed.Config{Lenient: true, Edit: func(file []byte) []byte {
				port := regexp.MustCompile(`port = \d+`).Find(file)
				address := regexp.MustCompile(`router-id = '(.*)'`).FindSubmatch(file)[1]
				return []byte(strings.Replace(text, "router-id",
					fmt.Sprintf("%s\n  local-address-list = [\"%s\"]\n  router-id", port, address), 1))
			}})
			neighbor := netip.MustParseAddr("127.77.0.3")
			peers, err := d.Peers()
			if err != nil || len(peers) != 1 || !peers[0].GetRouteServer().GetRouteServerClient() {
				t.Fatalf("peers %v, %v", peers, err)
			}
			stream, err := d.API().ListPolicyAssignment(t.Context(),
				&api.ListPolicyAssignmentRequest{Name: neighbor.String(), Direction: api.PolicyDirection_IMPORT})
			if err != nil {
				t.Fatal(err)
			}
			r, err := stream.Recv()
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, p := range r.Assignment.Policies {
				list = append(list, p.Name)
			}
			if diff := cmp.Diff(want.list, list); diff != "" {
				t.Errorf("gobgpd has (-want +got):\n%s", diff)
			}
		})
	}
}
