package exchange_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies"
	"depeer/policies/exchange"
)

const reference = "../../examples/reference/depeer.yaml"

// compare values by what they are: prefixes, addresses and days have no exported fields.
var compare = cmp.Options{
	cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}, filters.Day{}),
	cmpopts.IgnoreUnexported(exchange.Exchange{}),
}

// read reads what must be right, and says nothing about it.
func read(t *testing.T, text string) *exchange.Exchange {
	t.Helper()
	ex, diags := exchange.Read("depeer.yaml", []byte("version: 1\n"+text))
	if len(diags) > 0 {
		t.Fatalf("%s\nsays %v", text, diags)
	}
	return ex
}

// TestReference reads the file that has everything in it.
func TestReference(t *testing.T) {
	got, diags := exchange.Read("depeer.yaml", load(t, reference))
	if len(diags) > 0 {
		t.Fatalf("something is said about it: %v", diags)
	}
	day := func(s string) filters.Day {
		d, err := filters.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	med := uint32(100)
	const aDay = 24 * time.Hour
	want := &exchange.Exchange{
		Name:    "Example-IX",
		ASN:     64500,
		Contact: "noc@example-ix.net",
		Reasons: 66700,
		PeeringLANs: []exchange.LAN{
			{Prefix: netip.MustParsePrefix("203.0.113.0/25")},
			{Prefix: netip.MustParsePrefix("2001:db9:1::/64")},
		},
		Lists: []exchange.List{
			{File: "listings/*.yaml"},
			{Feed: feed.SpamhausDrop, URL: "https://www.spamhaus.org/drop/drop_v4.json", Every: 12 * time.Hour,
				Name: "spamhaus-drop-v4", Treatment: "tag", MaxAge: 7 * aDay},
		},
		Except: []filters.Exception{{List: "spamhaus-drop-v4", Provider: "sbl300238", Until: day("2026-12-31"),
			Reason: "being handled with the customer"}},
		Treatments: []policies.Treatment{
			{Name: "depeer", Reject: true},
			{Name: "deprefer", LocalPref: 50},
			{Name: "tag", Communities: []policies.Community{64500<<16 | 64661}},
			{Name: "more", Audience: policies.Choosers, MED: &med, Prepend: 2,
				LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1},
					{Global: 64500, Local1: 66700, Local2: 1}},
				Reason: policies.LargeCommunity{Global: 64500, Local1: 66700, Local2: 1}},
		},
		Ladders: []filters.Ladder{{Name: "slow",
			Steps: []filters.Step{{Treatment: "tag"}, {After: 14 * aDay, Treatment: "deprefer"},
				{After: 30 * aDay, Treatment: "depeer"}}}},
		Members: []exchange.Member{
			{ASN: 64496, Name: "Member A", Addresses: []netip.Addr{netip.MustParseAddr("203.0.113.11"),
				netip.MustParseAddr("2001:db9:1::11")},
				Choices: []exchange.Choice{{List: "example-ix-listed", Policy: policies.Refuse}}},
			{ASN: 64497, Addresses: []netip.Addr{netip.MustParseAddr("198.51.100.12")}, Wide: true},
		},
		Protect: filters.Protection{
			Prefixes: []filters.ProtectedPrefix{{Prefix: netip.MustParsePrefix("203.0.113.128/25")}},
			ASNs:     []filters.ProtectedASN{{ASN: 64496}},
		},
		TransitFree: []exchange.Network{{ASN: 64510}},
		Limits:      exchange.DefaultLimits(),
		Targets: []exchange.Target{
			{Name: "rs1", Address: exchange.Address{Socket: "/run/gobgpd.sock"}, Persist: "/etc/gobgpd.conf"},
			{Name: "rs2", Address: exchange.Address{Host: "203.0.113.2", Port: 50051}, ASN: 64501,
				TLS: &exchange.TLS{CA: "ca.pem", Cert: "me.pem", Key: "me.key"}, After: "rs1"},
		},
	}
	if diff := cmp.Diff(want, got, compare, cmpopts.IgnoreTypes(diag.Position{})); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	// Positions, where the text says that they are.
	lines := strings.Split(string(load(t, reference)), "\n")
	for _, p := range []struct {
		at   diag.Position
		text string
	}{
		{got.PeeringLANs[1].Source, "2001:db9:1::/64"},
		{got.Lists[0].Source, "file: "},
		{got.Except[0].Source, "list: spamhaus-drop-v4"},
		{got.Members[1].Source, "asn: 64497"},
		{got.Members[0].Choices[0].Source, "example-ix-listed: refuse"},
		{got.Protect.Prefixes[0].Source, "203.0.113.128/25"},
		{got.Protect.ASNs[0].Source, "64496]"},
		{got.TransitFree[0].Source, "64510]"},
		{got.Targets[1].Source, "name: rs2"},
	} {
		if line := lines[p.at.Line-1]; p.at.File != "depeer.yaml" || !strings.HasPrefix(line[p.at.Column-1:], p.text) {
			t.Errorf("%v is %q, want %q", p.at, line, p.text)
		}
	}
}

// A treatment that shuts sessions knows whom their members may ask, wherever that stands.
func TestSessionShut(t *testing.T) {
	for _, text := range []string{
		"exchange: {contact: noc@ix.example}\ntreatments:\n  - {name: depeer, reject: true, session: shut}\n  - " +
			"{name: tag, med: 1}\n",
		"treatments:\n  - {name: depeer, reject: true, session: shut}\n  - {name: tag, med: 1}\nexchange: {contact: " +
			"noc@ix.example}\n",
	} {
		one := uint32(1)
		want := []policies.Treatment{{Name: "depeer", Reject: true, Session: policies.Shut, Ask: "noc@ix.example"},
			{Name: "tag", MED: &one}}
		ex := read(t, text)
		if diff := cmp.Diff(want, ex.Treatments); diff != "" {
			t.Errorf("%s\n(-want +got):\n%s", text, diff)
		}
	}
}

// TestDefaults holds that no file, a file that says nothing, and empty sections are
// the same.
func TestDefaults(t *testing.T) {
	want := &exchange.Exchange{Treatments: policies.Builtin(0), Limits: exchange.DefaultLimits()}
	for _, got := range []*exchange.Exchange{
		exchange.Default(), read(t, ""),
		read(t, "lists: []\nexcept: []\nladders: []\nmembers: []\nprotect: {}\ntransit_free: []\nlimits: "+
			"{}\ntargets: []\nexchange: {}\n"),
	} {
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
}

func TestWithASN(t *testing.T) {
	ours := read(t, "exchange: {asn: 64500}\n")
	if diff := cmp.Diff(policies.Builtin(64500), ours.Treatments); diff != "" {
		t.Errorf("own ASN: want -, got +:\n%s", diff)
	}
	if ours.WithASN(64501) != ours {
		t.Error("the target's ASN stands over the exchange's own")
	}
	none := exchange.Default()
	with := none.WithASN(64501)
	if diff := cmp.Diff(policies.Builtin(64501), with.Treatments); diff != "" || with.ASN != 64501 {
		t.Errorf("target's ASN %v: want -, got +:\n%s", with.ASN, diff)
	}
	if none.ASN != 0 || len(none.Treatments[2].LargeCommunities) != 0 {
		t.Error("the original has changed")
	}
	own := read(t, "treatments:\n  - {name: late, med: 7}\n").WithASN(64501)
	if len(own.Treatments) != 1 || own.Treatments[0].Name != "late" {
		t.Errorf("treatments of the file were replaced: %v", own.Treatments)
	}
}

func TestRules(t *testing.T) {
	ex := read(t, "treatments:\n  - {name: gone, reject: true}\n  - {name: late, med: 7}\nladders:\n  - {name: "+
		"slow, steps: [{after: 3d, treatment: gone}]}\nprotect: {asns: [64496]}\nexcept: [{list: a, provider: b}]\n")
	at := time.Date(2008, 11, 11, 12, 0, 0, 0, time.UTC)
	got := ex.Rules(at)
	want := filters.Rules{At: at, Treatments: []string{"gone", "late"}, Ladders: ex.Ladders, Lists: map[string]string{},
		Except: ex.Except, Protect: ex.Protect}
	if diff := cmp.Diff(want, got, compare); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if got, ok := ex.Treatment("late"); !ok || *got.MED != 7 {
		t.Errorf("late: %v, %t", got, ok)
	}
	if _, ok := ex.Treatment("slow"); ok {
		t.Error("a ladder is no treatment")
	}
}

// Reasons are told by whom the file, or the default, says, and of the ASN that there is.
func TestReasons(t *testing.T) {
	told := func(x *exchange.Exchange) (out []string) {
		for _, t := range x.Treatments {
			if t.Reason != (policies.LargeCommunity{}) {
				out = append(out, t.Name+" "+t.Reason.String())
			}
		}
		return out
	}
	own := "treatments:\n  - {name: gone, reject: true}\n  - {name: late, med: 7, reason: 17}\n  - {name: other, " +
		"med: 8}\n"
	for _, test := range []struct {
		text string
		asn  filters.ASN // of the target
		want []string
	}{
		{"exchange: {asn: 64500}\n", 64501, nil},
		{"exchange: {asn: 64500, reasons: 66700}\n", 64501, []string{"deprefer 64500:66700:1", "tag 64500:66700:2"}},
		{"exchange: {reasons: 66700}\n", 64501, []string{"deprefer 64501:66700:1", "tag 64501:66700:2"}},
		{"exchange: {reasons: 66700}\n", 0, nil},
		{"exchange: {asn: 64500, reasons: 2000}\n" + own, 0, []string{"late 64500:2000:17"}},
		{"exchange: {reasons: 2000}\n" + own, 64501, []string{"late 64501:2000:17"}},
	} {
		x := read(t, test.text)
		with := x.WithASN(test.asn)
		if diff := cmp.Diff(test.want, told(with)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
		if x.ASN == 0 && told(x) != nil {
			t.Errorf("%s: the original has changed", test.text)
		}
		if inert := len(with.Inert(&filters.Compiled{})) > 0; inert != (with.ASN == 0 && with.Reasons != 0) {
			t.Errorf("%s: said to be inert: %t", test.text, inert)
		}
	}
}

// TestScratch holds that what the reader refuses is what policies really use.
func TestScratch(t *testing.T) {
	marks := policies.Marks(64500)
	for _, c := range []policies.LargeCommunity{{Global: 64500, Local1: marks.Local1, Local2: 1},
		{Global: 64500, Local1: marks.Local1, Local2: 4294967295}} {
		_, diags := exchange.Read("depeer.yaml",
			[]byte("version: 1\nexchange: {asn: 64500}\ntreatments:\n  - {name: tag, large_communities: [\""+c.String()+
				"\"]}\n"))
		if len(diags) != 1 || diags[0].Code != "exchange-scratch-community" {
			t.Errorf("%s: got %v", c, diags)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(load(f, reference))
	f.Add([]byte("version: 1\ntargets: [{name: a, address: \"[::1]:1\", after: a}]\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		ex, diags := exchange.Read("depeer.yaml", data)
		if (ex == nil) != (diags.Worst() == diag.Error) {
			t.Errorf("exchange is nil: %t, and %v", ex == nil, diags)
		}
		for _, d := range diags {
			if d.Position.File == "" || !strings.HasPrefix(d.Code, "exchange-") {
				t.Errorf("%+v", d)
			}
		}
		if ex != nil && len(ex.Treatments) == 0 {
			t.Error("an exchange without treatments")
		}
	})
}
