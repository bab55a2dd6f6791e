package eval_test

import (
	"fmt"
	"slices"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What build.Policy makes, evaluated, is what the filters say, read naively.
func TestBuildMeansWhatFiltersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawing(t)
		asn := pick(c, []filters.ASN{0, 64500})
		treatments := c.treatments()
		compiled := c.compiled(treatments)
		p := build.Policy(compiled, treatments, asn)
		e := eval.New(p)
		for range 20 {
			r := c.route()
			treatment := naive(compiled, treatments, r)
			want, wantAccepted := treat(renewing(withoutReasons(r, treatments), treatments, treatment), treatments,
				treatment)
			got, accepted := e.Apply(r)
			if usesMarks(p) {
				want.LargeCommunities = slices.DeleteFunc(slices.Clone(want.LargeCommunities),
					policies.Marks(asn).Matches)
			}
			if diff := cmp.Diff(want, got, same); diff != "" || accepted != wantAccepted {
				t.Fatalf("%v, matched by %q: accepted %t, want %t (-want +got)\n%s\n%+v", r, treatment, accepted,
					wantAccepted, diff, p.Import)
			}
			checkTreated(t, e, r, treatments, treatment)
			if diff := cmp.Diff(len(r.LargeCommunities)-len(withoutReasons(r, treatments).LargeCommunities),
				len(e.Scrubbed(&r))); diff != "" {
				t.Fatalf("%v: scrubbed %v", r, e.Scrubbed(&r))
			}
		}
	})
}

// withoutReasons takes off what only the route server gives.
func withoutReasons(r policies.Route, treatments []policies.Treatment) policies.Route {
	r.LargeCommunities = slices.DeleteFunc(slices.Clone(r.LargeCommunities), func(c policies.LargeCommunity) bool {
		return slices.ContainsFunc(treatments, func(t policies.Treatment) bool {
			return t.Reason != policies.LargeCommunity{} && t.Reason.Global == c.Global && t.Reason.Local1 == c.Local1
		})
	})
	return r
}

// checkTreated holds the verdict, and what it says of itself, against the treatment.
func checkTreated(t *rapid.T, e *eval.Evaluator, r policies.Route, treatments []policies.Treatment, name string) {
	i := slices.IndexFunc(treatments, func(t policies.Treatment) bool { return t.Name == name })
	want := i >= 0 && (treatments[i].Reject || treatments[i].Changes())
	if v := e.Verdict(&r); v.Treated() != want {
		t.Fatalf("%v, matched by %q: treated %t (%q), want %t", r, name, v.Treated(), e.Effect(v), want)
	}
}

// usesMarks says whether p takes off marks.
func usesMarks(p *policies.RoutingPolicy) bool {
	return slices.ContainsFunc(p.Import, func(s policies.Statement) bool {
		return slices.ContainsFunc(s.Actions.DropLargeCommunities,
			func(p policies.LargeCommunityPattern) bool { return p.IsScratch() })
	})
}

// leftOut says whether a treatment leaves r alone, as what it adds could end the daemon.
func leftOut(treatments []policies.Treatment, name string, r policies.Route) bool {
	return r.Prefix.Addr().Is4() && r.Prefix.Bits() <= 8 &&
		slices.ContainsFunc(treatments, func(t policies.Treatment) bool {
			return t.Name == name && !t.Reject && t.Audience == policies.Everybody && t.Changes()
		})
}

// naive returns the treatment of the first filter that matches r, and does not leave it out; "" for none.
func naive(c *filters.Compiled, treatments []policies.Treatment, r policies.Route) string {
	inside := func(e filters.Entries) bool {
		return slices.ContainsFunc(slices.Concat(e.IPv4, e.IPv6), func(e filters.Entry) bool {
			return e.Prefix.Contains(r.Prefix.Addr()) && int(e.Min) <= r.Prefix.Bits() && r.Prefix.Bits() <= int(e.Max)
		})
	}
	contains := func(list []filters.ASN) bool {
		return slices.ContainsFunc(list, func(a filters.ASN) bool { return slices.Contains(r.Path, a) })
	}
	for _, f := range c.Filters {
		if leftOut(treatments, f.Treatment, r) {
			continue
		}
		if inside(f.Prefixes) {
			return f.Treatment
		}
		if inside(c.Protected) {
			continue
		}
		if slices.ContainsFunc(f.ASNs, func(m filters.ASMatch) bool {
			return looks(policies.ASPathPattern{ASN: m.ASN, Where: m.Where}, r.Path)
		}) {
			return f.Treatment
		}
		for _, g := range f.Groups {
			if contains(g.ASNs) && !contains(g.Except) {
				return f.Treatment
			}
		}
	}
	return ""
}

// renewing takes off r the communities that the treatment of that name adds: on import none
// is there twice.
func renewing(r policies.Route, treatments []policies.Treatment, name string) policies.Route {
	for _, t := range treatments {
		if t.Name == name && !t.Reject {
			r = oracleChange(r, policies.Actions{DropCommunities: t.Communities})
		}
	}
	return r
}

// treat gives r the treatment of that name.
func treat(r policies.Route, treatments []policies.Treatment, name string) (policies.Route, bool) {
	for _, t := range treatments {
		if t.Name != name {
			continue
		}
		if t.Reject {
			return policies.Route{}, false
		}
		return oracleChange(r, policies.Actions{
			LocalPref: t.LocalPref, MED: t.MED, Prepend: t.Prepend,
			Communities: t.Communities, AddLargeCommunities: t.LargeCommunities,
		}), true
	}
	return r, true
}

// treatments are in any order: also a refusal after changes, and some that change
// nothing. Some tell a reason.
func (c chooser) treatments() []policies.Treatment {
	var out []policies.Treatment
	for i := range 1 + c(4) {
		t := policies.Treatment{Name: fmt.Sprint("t", i)}
		switch c(5) {
		case 0, 1:
			t.Reject = true
		case 2, 3:
			a := c.actions()
			t.LocalPref, t.MED, t.Prepend, t.Communities = a.LocalPref, a.MED, a.Prepend, a.Communities
			for range c(3) {
				t.LargeCommunities = append(t.LargeCommunities,
					policies.LargeCommunity{Global: 64500, Local1: 666, Local2: uint32(c(12))})
			}
			if c.oneIn(3) {
				t = t.Telling(policies.LargeCommunity{Global: 64500, Local1: 6660, Local2: uint32(i + 1)})
			}
		}
		out = append(out, t)
	}
	return out
}

// compiled has filters for some of the treatments. Protected space is cut out of
// entries the easy way: those that touch it are left out.
func (c chooser) compiled(treatments []policies.Treatment) *filters.Compiled {
	spared := func(v6 bool) []filters.Entry {
		var out []filters.Entry
		for range c(5) / 3 {
			p := c.prefix(v6)
			out = append(out, filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())})
		}
		return filters.Normalise(out)
	}
	out := &filters.Compiled{Protected: filters.Entries{IPv4: spared(false), IPv6: spared(true)}}
	entries := func(v6 bool, spared []filters.Entry) []filters.Entry {
		list := some(c, 4, func() filters.Entry { return c.entry(v6) })
		return filters.Normalise(slices.DeleteFunc(list, func(e filters.Entry) bool {
			return slices.ContainsFunc(spared, func(s filters.Entry) bool { return s.Prefix.Overlaps(e.Prefix) })
		}))
	}
	noPaths := c.oneIn(3) // so that only what entries share makes marks needed
	for _, t := range treatments {
		f := filters.Filter{Treatment: t.Name}
		f.Prefixes = filters.Entries{IPv4: entries(false, out.Protected.IPv4), IPv6: entries(true, out.Protected.IPv6)}
		f.ASNs = some(c, 2, func() filters.ASMatch { return filters.ASMatch{ASN: c.asn(), Where: filters.Where(c(3))} })
		f.Groups = some(c, 2, func() filters.Group {
			return filters.Group{ASNs: append(some(c, 1, c.asn), c.asn()), Except: append(some(c, 1, c.asn), c.asn())}
		})
		if noPaths {
			f.ASNs, f.Groups = nil, nil
		}
		if f.Prefixes.Len()+len(f.ASNs)+len(f.Groups) != 0 && !c.oneIn(4) {
			out.Filters = append(out.Filters, f)
		}
	}
	return out
}
