package faults_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// Rows 55 and 57: the target knows its ASN, its neighbors and what they are, and that is
// looked at beside the exchange file, or in place of it.

// exchangeFile puts an exchange file in place, with the usual limits; TARGET stands for the
// target's address.
func (w *world) exchangeFile(text string) {
	w.t.Helper()
	w.write("depeer.yaml", "version: 1\nlimits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%, "+
		"max_covered: {ipv4: 100%}, max_added_bytes: 15}\n"+
		strings.ReplaceAll(text, "TARGET", fmt.Sprintf("%q", w.target)))
}

// listed writes a list of one provider.
func (w *world) listed(matches string) {
	w.t.Helper()
	w.write("one.yaml", "version: 1\nlist: {name: ours, updated: 2026-01-01}\nproviders:\n  - name: One\n    "+
		"treatment: depeer\n    allow_reserved: true\n    "+matches+"\n")
}

// Row 57, situation 16: exchange and target differ on the ASN. The target's is our own
// whatever the file says, and a file that is about another ASN is refused, unless the
// target's entry says so: then communities are the exchange's all the same.
func TestTargetASN(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.ASN = 150528
	w := newWorld(t, c)
	w.listed("asns: [150528]")
	w.exchangeFile("exchange: {asn: 64500}\n")
	w.unchanged(func() {
		for _, command := range []string{"plan", "impact"} {
			w.on(command, "a.yaml").exits(5).says("depeer.yaml:3:17: error: the exchange is AS64500, and "+w.target+
				" is AS150528", "[target-asn]")
			w.on(command, "a.yaml", "--json").exits(5).says(`"code":"target-asn"`)
			w.on(command, "one.yaml").exits(5).says("[target-asn]",
				"one.yaml:7:12: error: AS150528 is "+w.target+"'s own", "[guard-own-asn]")
		}
		for _, args := range [][]string{{"status"}, {"status", "a.yaml"}, {"status", "--json"}} {
			if r := w.on(args...); r.code != 5 || !strings.Contains(r.stdout, "the exchange is AS64500") ||
				!strings.Contains(r.stdout, "drift") {
				t.Errorf("%s: %d, %s%s", r.line, r.code, r.stdout, r.stderr)
			}
		}
	})

	// Without an ASN of the exchange it is the target's, and is our own.
	w.exchangeFile("exchange: {name: Example-IX}\n")
	w.on("plan", "one.yaml").exits(4).says("AS150528 is the exchange's own")
	w.on("plan", "a.yaml").exits(0)

	file := "exchange: {asn: 64500}\ntargets:\n  - {name: rs1, address: TARGET, asn: 150528}\n"
	w.exchangeFile(file)
	w.depeer("check", "one.yaml").exits(4).says("one.yaml:7:12: error: AS150528 is target rs1's own, at depeer.yaml:5:")
	w.on("plan", "one.yaml").exits(4).says("[guard-own-asn]")
	w.on("impact", "one.yaml").exits(4).says("[guard-own-asn]")
	w.put("a")
	w.on("status", "a.yaml").exits(0)

	// apply asks again: the file may have been edited since.
	w.depeer("plan", "b.yaml", "--target", "rs1", "-o", "b.plan").exits(0)
	w.exchangeFile(strings.Replace(file, "150528", "150529", 1))
	w.unchanged(func() {
		w.depeer("plan", "b.yaml", "--target", "rs1").exits(5).says("depeer.yaml:5:",
			"target rs1 is said to be AS150529, and is AS150528", "[target-asn]")
		w.depeer("apply", "b.plan", "--yes").exits(5).says("[target-asn]")
	})
	w.holds(outcomes["a"])

	// What leads back does not go by it.
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
	w.on("clear", "--yes").exits(0)
}

// A watch of a file that does not fit the target waits, and says why; with the right ASN
// it goes on.
func TestWatchTargetASN(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.ASN = 150528
	w := newWorld(t, c)
	w.replace("ours.yaml", lists["a.yaml"])
	file := "exchange: {asn: 64500}\nlists: [{file: ours.yaml}]\ntargets:\n  - {name: rs1, address: TARGET, asn: " +
		"150529}\n"
	w.exchangeFile(file)
	r := w.watchOn()
	r.says(0, "lists refused", "target-asn", "is AS150528")
	r.says(0, "state=refused")
	w.holds(outcomes[""])
	at := r.mark()
	w.exchangeFile(strings.Replace(file, "150529", "150528", 1))
	r.says(at, "state=in-sync")
	w.holds(outcomes["a"])
	r.ends()
}

// Row 57, situation 15: a member's address is another network's at the target. What the
// member has chosen would be done to that one.
func TestMemberASN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	second, third := w.Members[1], w.Members[2]
	members := func(choices string) string {
		return fmt.Sprintf("exchange: {asn: 64500}\nmembers:\n  - {asn: 65009, addresses: [%s]%s}\n  - {asn: 64498, "+
			"addresses: [%s]}\n", second.Address, choices, third.Address)
	}
	wrong := fmt.Sprintf("%s is said to be of AS65009, and is of AS64497 at %s", second.Address, w.target)
	w.exchangeFile(members(", choices: {ours: refuse}"))
	w.unchanged(func() {
		for _, command := range []string{"plan", "impact"} {
			w.on(command, "a.yaml").exits(5).says("depeer.yaml:5:5: error: "+wrong,
				"what AS65009 has chosen would be done to AS64497", "[member-asn]")
			w.on(command, "a.yaml", "--json").exits(5).says(`"code":"member-asn"`)
		}
		if r := w.on("status", "a.yaml"); r.code != 5 || !strings.Contains(r.stdout, wrong) {
			t.Errorf("status: %d, %s%s", r.code, r.stdout, r.stderr)
		}
	})

	// Where it has chosen nothing, that is a warning.
	w.exchangeFile(members(""))
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0).says("depeer.yaml:5:5: warning: "+wrong, "[member-asn]")
	w.exchangeFile(members(", choices: {ours: refuse}"))
	w.unchanged(func() { w.depeer("apply", "a.plan", "--yes").exits(5).says("[member-asn]") })
	w.exchangeFile(members(""))
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.holds(outcomes["a"])
	if r := w.on("status", "a.yaml"); r.code != 0 || !strings.Contains(r.stderr, "warning: "+wrong) {
		t.Errorf("status: %d, %s%s", r.code, r.stdout, r.stderr)
	}
}

// Row 57, situation 17: the ASN of a client is a member's, with or without members in the
// file. As an origin it may be listed: that is what session: shut is for.
func TestClientASN(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.exchangeFile("exchange: {asn: 64500}\n")
	w.listed("asns: [{asn: 64497, match: path}]")
	w.unchanged(func() {
		w.depeer("check", "one.yaml").exits(0) // it does not know the target
		for _, command := range []string{"plan", "impact", "status"} {
			w.on(command, "one.yaml").exits(4).says("one.yaml:7:18: error: match: path on AS64497, a member with a "+
				"session at "+w.target, "[guard-path-match]")
		}
		w.on("plan", "one.yaml", "-o", "no.plan", "--json").exits(4).says(`"guards":[{"code":"guard-path-match"`,
			`"refused":2`)
		w.depeer("apply", "no.plan", "--yes").exits(3) // a plan that is refused is not written
	})
	for _, passes := range []string{"{asn: 64497, match: path, wide: true}", "{asn: 64497, match: neighbor}", "64497",
		"{asn: 64495, match: path}"} {
		w.listed("asns: [" + passes + "]")
		w.on("plan", "one.yaml").exits(0)
	}

	// A client that comes between plan and apply has the plan refused: guards have not seen it.
	w.listed("asns: [{asn: 64495, match: path}]")
	w.on("plan", "one.yaml", "-o", "one.plan").exits(0)
	if _, err := w.Daemon.API().AddPeer(t.Context(), &api.AddPeerRequest{Peer: &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: w.Daemon.Site.Member(99).String(), PeerAsn: 64495},
		Transport:   &api.Transport{PassiveMode: true},
		RouteServer: &api.RouteServer{RouteServerClient: true},
	}}); err != nil {
		t.Fatal(err)
	}
	w.unchanged(func() {
		w.depeer("apply", "one.plan", "--yes").exits(5)
		w.on("plan", "one.yaml").exits(4).says("AS64495", "[guard-path-match]")
	})
}

// Row 57: the address of a client's session is a LAN of one address. A listed network may
// peer from space of its own: then the entry says wide, or the member does.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	second := w.Members[1].Address
	lan := netip.PrefixFrom(second, 24).Masked()
	host := netip.PrefixFrom(second, 32)
	plain, wide := "exchange: {asn: 64500}\n",
		fmt.Sprintf("exchange: {asn: 64500}\nmembers: [{asn: %%d, addresses: [%s], wide: true}]\n", second)
	for _, test := range []struct {
		file, prefix string
		code         int
	}{
		{plain, host.String(), 4},
		{plain, fmt.Sprintf("{prefix: %s, match: exact}", lan), 4},
		{plain, netip.PrefixFrom(second.Prev().Prev(), 32).String(), 0}, // nobody's
		{plain, fmt.Sprintf("{prefix: %s, wide: true}", lan), 0},
		{fmt.Sprintf(wide, 64497), host.String(), 0},
		{fmt.Sprintf(wide, 64497), lan.String(), 4}, // the others' are in it
		{fmt.Sprintf(wide, 65009), host.String(), 4},
	} {
		w.exchangeFile(test.file)
		w.listed("prefixes: [" + test.prefix + "]")
		r := w.on("plan", "one.yaml").exits(test.code)
		if test.code == 4 {
			r.says("one.yaml:7:", "error: ", "covers the address of a session at "+w.target, "[guard-own-space]",
				"wide: true")
			w.on("impact", "one.yaml").exits(4).says("[guard-own-space]")
		}
	}
}

// aside is the section of a neighbor that is no route-server client.
func aside(file []byte) []byte {
	return append(file, "\n[[neighbors]]\nconfig = {neighbor-address = \"127.1.0.1\", peer-as = "+
		"64499}\ntransport.config = {passive-mode = true}\n"...)
}

// Row 55: a neighbor that is no route-server client is named, wherever the target is
// looked at; nothing else comes of it.
func TestOutOfReach(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Edit = aside
	w := newWorld(t, c)
	const named, json = "AS64499 127.1.0.1 is no route-server client",
		`"out_of_reach":[{"address":"127.1.0.1","asn":64499}]`
	for _, command := range []string{"plan", "impact"} {
		w.on(command, "a.yaml").exits(0).says(named)
		w.on(command, "a.yaml", "--json").exits(0).says(json)
	}
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0).says(named)
	w.holds(outcomes["a"])
	w.depeer("apply", "a.plan", "--yes", "--json").exits(0).says(json)
	w.on("status", "a.yaml").exits(0).says("in-sync", named)
	w.on("status", "a.yaml", "--json").exits(0).says(json)

	r := w.watch("a", "--listen", "127.0.0.1:0")
	r.says(0, "state=in-sync")
	r.says(0, "neighbor is no route-server client", "member=127.1.0.1", "asn=64499")
	_, body := get(t, "http://"+metricsOf(t, r)+"/metrics")
	if line := `depeer_target_out_of_reach_neighbors{target="` + w.target + `"} 1`; !strings.Contains(body, line) {
		t.Errorf("no metric %s in:\n%s", line, body)
	}
	r.ends()
}

// Row 55: a target without such a neighbor says so, too, in JSON.
func TestNothingOutOfReach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	const json = `"out_of_reach":[]`
	w.on("plan", "a.yaml", "--json").exits(0).says(json)
	w.on("status", "--json").exits(0).says(json)
}

// Row 55, situation 12: no neighbor is a route-server client. gobgpd does not look at the
// lists in their sections, and nothing would be treated.
func TestNoClient(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Edit = func(file []byte) []byte {
		return bytes.ReplaceAll(file, []byte("route-server-client = true"), []byte("route-server-client = false"))
	}
	d := testbed.Gobgpd(t, c)
	var members []*testbed.Member
	for i, m := range c.Members {
		members = append(members, testbed.Bird(t, d, i, m))
	}
	w := &world{newShell(t, d.Target.String()), &testbed.Running{Daemon: d, Members: members}, t}
	for _, m := range members {
		m.WaitEstablished()
	}
	first := fmt.Sprintf("%s AS64496", members[0].Address)
	w.unchanged(func() {
		w.on("plan", "a.yaml", "-o", "a.plan").exits(5).says("none is a route-server client", first)
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"no-client"`)
		w.on("impact", "a.yaml").exits(5).says("none is a route-server client", first)
		for _, args := range [][]string{{"status"}, {"status", "a.yaml"}} {
			if r := w.on(args...); r.code != 5 || !strings.Contains(r.stdout, "no neighbor is a route-server client") ||
				!strings.Contains(r.stdout, fmt.Sprintf("AS64496 %s is no route-server client", members[0].Address)) {
				t.Errorf("%s: %d, %s%s", r.line, r.code, r.stdout, r.stderr)
			}
		}
		if r := w.on("status", "--json"); r.code != 5 || strings.Count(r.stdout, `"asn":6449`) != 3 {
			t.Errorf("%s: %d, %s%s", r.line, r.code, r.stdout, r.stderr)
		}
		w.on("clear", "--yes").exits(0)
	})
	r := w.watch("a")
	r.says(0, "state=unfit", "none is a route-server client")
	r.ends()
}

// Row 55: a global list that names a policy of ours has it act on neighbors that no plan
// has counted. plan refuses, status names it, and what leads back is not in its way and
// leaves it.
func TestGlobalList(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Edit = aside
	w := newWorld(t, c)
	w.put("a")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	for d, name := range map[api.PolicyDirection]string{api.PolicyDirection_IMPORT: policies.ImportPolicy,
		api.PolicyDirection_EXPORT: policies.ExportPolicy} {
		_, err := w.Daemon.API().AddPolicyAssignment(t.Context(),
			&api.AddPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{
				Name: "global", Direction: d, DefaultAction: api.RouteAction_ACCEPT,
				Policies: []*api.Policy{{Name: name}},
			}})
		if err != nil {
			t.Fatal(err)
		}
	}
	global := func() (lines []string) {
		for _, line := range dumpOf(t, w.Daemon) {
			if strings.Contains(line, "of global") {
				lines = append(lines, line)
			}
		}
		return lines
	}
	before := global()
	if !slices.ContainsFunc(before, func(line string) bool { return strings.Contains(line, `["depeer"]`) }) {
		t.Fatalf("global lists: %q", before)
	}
	w.unchanged(func() {
		w.on("plan", "b.yaml").exits(5).says("import assignment global: names depeer",
			"export assignment global: names depeer-export")
		w.on("plan", "b.yaml", "--json").exits(5).says(`"code":"global-list"`)
		w.depeer("apply", "b.plan", "--yes").exits(5).says("import assignment global")
		w.on("status", "a.yaml").exits(2).says("import assignment global has depeer",
			"export assignment global has depeer-export")
	})
	w.exchangeFile("exchange: {asn: 64501}\n") // another's, too
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
	w.on("clear", "-o", "clear.plan").exits(0)
	w.depeer("apply", "clear.plan", "--yes").exits(0)
	w.exchangeFile("exchange: {asn: 64500}\n")
	w.on("status").exits(2).says("import assignment global has depeer")
	if diff := cmp.Diff(before, global()); diff != "" {
		t.Errorf("global lists (-before +now):\n%s", diff)
	}
}
