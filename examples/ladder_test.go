package examples_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/build"
	"depeer/policies/exchange"
	"depeer/policies/lab"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// story is the README's table of the year: from which day on which treatment.
var story = map[string]struct {
	prefix string
	from   []string // day and treatment, ascending; "-" for none
}{
	"stubborn-hosting": {"192.0.2.0/24", []string{"2024-01-15 tag", "2024-01-29 deprefer", "2024-02-14 depeer"}},
	"quick-hosting":    {"198.51.100.0/24", []string{"2024-02-01 tag", "2024-02-15 deprefer", "2024-02-21 -"}},
	"patient-hosting":  {"10.5.0.0/16", []string{"2024-06-01 depeer"}},
	"settled-hosting":  {"203.0.113.0/24", []string{"2024-06-01 deprefer"}},
	"repentant-hosting": {"2001:db8:bad::/48",
		[]string{"2024-07-01 depeer", "2024-08-30 deprefer", "2024-10-29 tag", "2024-12-16 -"}},
}

// treatmentOn returns the treatment that the story tells of a day; "-" for none.
func treatmentOn(from []string, day string) string {
	treatment := "-"
	for _, line := range from {
		if since, name := line[:10], line[11:]; since <= day {
			treatment = name
		}
	}
	return treatment
}

// heldOn returns the route server's table as the story tells it.
func heldOn(day string, announced []policies.Route) []string {
	var held []string
	for _, r := range announced {
		treatment := "-"
		for _, s := range story {
			if s.prefix == r.Prefix.String() {
				treatment = treatmentOn(s.from, day)
			}
		}
		switch treatment {
		case "depeer":
			continue
		case "deprefer":
			r.LocalPref = 50
		case "tag":
			r.Communities = []policies.Community{64500<<16 | 64661}
		}
		held = append(held, routeText(r))
	}
	slices.Sort(held)
	return held
}

func routeText(r policies.Route) string {
	return fmt.Sprint(r.Prefix, r.Path, r.LocalPref, r.Communities)
}

// unwritten is a journal that nobody reads.
type unwritten struct{}

func (unwritten) Intend(plan.Call) error      { return nil }
func (unwritten) Done(plan.Call, error) error { return nil }

// A list that nobody touches, planned and applied on each day of a year, on a model of
// the route server: each route is treated as the README tells, what a plan says comes
// next is what comes, and on all other days there is nothing to do.
func TestLadderYear(t *testing.T) {
	x, diags := exchange.Read("depeer.yaml", read(t, "ladder/depeer.yaml"))
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	lists := []*filters.Listing{list(t, "ladder/listing.yaml")}
	members, err := lab.ReadMembers("routes.tsv", read(t, "ladder/routes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rs, announced := routeServer(members)

	var last []plan.ProviderRef
	var due []plan.NextStep // what the plan of the day before said
	var told []string       // a line for each change of a provider
	for at := day(t, "2024-01-01"); at.Year() == 2024; at = at.AddDate(0, 0, 1) {
		today := at.Format(time.DateOnly)
		c, diags := filters.Compile(lists, x.Rules(at))
		if c == nil {
			t.Fatalf("%s: %v", today, diags)
		}
		if overdue := at.After(day(t, "2024-09-01")); slices.ContainsFunc(diags, isReview) != overdue {
			t.Errorf("%s: a warning of a review: %t, want %t: %v", today, !overdue, overdue, diags)
		}
		applyTo(t, rs, build.Policy(c, x.Treatments, x.ASN), today)
		var held []string
		for r := range rs.Table(context.Background()) {
			held = append(held, routeText(r))
		}
		slices.Sort(held)
		if d := cmp.Diff(heldOn(today, announced), held); d != "" {
			t.Fatalf("%s (-story +held):\n%s", today, d)
		}
		refs := plan.Providers(c)
		changes := plan.ProviderChanges(last, refs)
		var came []plan.NextStep
		for _, change := range changes {
			came = append(came, plan.NextStep{List: "year-2024", ID: change.New.ID, From: today,
				Before: change.Old.Treatment, After: change.New.Treatment})
			told = append(told, fmt.Sprintf("%s %s %s -> %s %s", today, change.New.ID, change.Old.Treatment,
				change.New.Treatment, change.New.Why))
		}
		due = slices.DeleteFunc(due, func(s plan.NextStep) bool { return s.From != today })
		if d := cmp.Diff(due, came, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s (-what was to come +what came):\n%s", today, d)
		}
		last, due = refs, plan.NextSteps(refs)
	}
	want := []string{
		"2024-01-15 stubborn-hosting  -> tag listed 0 days",
		"2024-01-29 stubborn-hosting tag -> deprefer listed 14 days",
		"2024-02-01 quick-hosting  -> tag listed 0 days",
		"2024-02-14 stubborn-hosting deprefer -> depeer listed 30 days",
		"2024-02-15 quick-hosting tag -> deprefer listed 14 days",
		"2024-02-21 quick-hosting deprefer ->  expired 2024-02-20",
		"2024-06-01 patient-hosting  -> depeer listed 61 days",
		"2024-06-01 settled-hosting  -> deprefer ",
		"2024-07-01 repentant-hosting  -> depeer listed 0 days",
		"2024-08-30 repentant-hosting depeer -> deprefer listed 60 days",
		"2024-10-29 repentant-hosting deprefer -> tag listed 120 days",
		"2024-12-16 repentant-hosting tag ->  expired 2024-12-15",
	}
	if d := cmp.Diff(want, told); d != "" {
		t.Errorf("the year (-want +got):\n%s", d)
	}
}

// routeServer returns a model of an anchored route server with these members, and all
// that they announce.
func routeServer(members []lab.Member) (*plantest.Model, []policies.Route) {
	rs := plantest.New(plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: 64500})
	rs.Load(&policies.RoutingPolicy{})
	var announced []policies.Route
	for i, m := range members {
		address := netip.AddrFrom4([4]byte{203, 0, 113, byte(11 + i)})
		rs.AddClient(plan.Client{
			Address: address, ASN: m.ASN, RouteServer: true, Up: true,
			Import: plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept},
			Export: plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept},
		})
		rs.Announce(address, m.Announces...)
		announced = append(announced, m.Announces...)
	}
	return rs, announced
}

// applyTo plans a policy and applies the plan. On a day on which nothing changes, it
// makes no call.
func applyTo(t *testing.T, rs *plantest.Model, want *policies.RoutingPolicy, id string) {
	t.Helper()
	state, err := rs.State(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p := &plan.Plan{Version: plan.FormatVersion, ID: id, Server: state.Server, Fingerprint: state.Fingerprint(),
		Change: *plan.To(state, want, id)}
	made := len(rs.Calls())
	a := &apply.Applier{Daemon: rs, Journal: unwritten{}, Holder: "me", Log: slog.New(slog.DiscardHandler)}
	result, err := a.Apply(context.Background(), p)
	switch calls := len(rs.Calls()) - made; {
	case err != nil:
		t.Fatalf("%s: %v, %s: %v", id, result.Outcome, result.Known, err)
	case p.Change.Empty() != (calls == 0), p.Change.Empty() != (result.Outcome == apply.Nothing):
		t.Errorf("%s: empty: %t, with %d calls: %v", id, p.Change.Empty(), calls, result.Outcome)
	}
}

func day(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.DateOnly, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func isReview(d diag.Diagnostic) bool { return d.Code == "listing-review" }
