package impact_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// aSubject is a prefix or an ASN of the test's internet, or one that is not there.
func aSubject(t *rapid.T) impact.Subject {
	if rapid.Bool().Draw(t, "asks of an ASN") {
		return impact.Subject{ASN: anASN.Draw(t, "asn")}
	}
	return impact.Subject{Prefix: aPrefix(t, 22)}
}

// What explain says is what is found by holding every match against every path.
func TestExplainAgainstTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, paths := aQuestion(t)
		subject := aSubject(t)
		operator := anOperator(t, &q, paths)
		got, err := impact.Explain(q, subject, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(q, paths)
		o.operator = operator
		addresses := gocmp.Comparer(func(a, b netip.Addr) bool { return a == b })
		prefixes := gocmp.Comparer(func(a, b netip.Prefix) bool { return a == b })
		if d := gocmp.Diff(o.announced(subject), got.AnnouncedBy, addresses, prefixes); d != "" {
			t.Errorf("announced by (-want +got):\n%s", d)
		}
		if d := gocmp.Diff(o.covering(subject), got.CoveredBy, prefixes); d != "" {
			t.Errorf("covered by (-want +got):\n%s", d)
		}
		if d := gocmp.Diff(o.inside(subject), got.Inside); d != "" {
			t.Errorf("inside (-want +got):\n%s", d)
		}
		o.checkMatches(t, subject, got)
	})
}

// about says whether a path is one that is asked about.
func about(s impact.Subject, p *rib.Path) bool {
	if s.Prefix.IsValid() {
		return p.Prefix == s.Prefix
	}
	return slices.Contains(slices.Collect(p.ASPath.ASNs), s.ASN)
}

func (o *oracle) announced(s impact.Subject) []impact.Announcement {
	out := []impact.Announcement{}
	for _, p := range o.paths {
		if !about(s, p) {
			continue
		}
		a := impact.Announcement{Address: p.Peer, ASN: p.PeerASN, Prefix: p.Prefix, ASPath: p.ASPath.String(),
			Verdict: "passed", Effect: o.now(p)}
		if m, _, any := o.blamed(p); any {
			a.Provider, a.Verdict = o.Lists.Listed[m.provider].Provider.ID, "changed"
			if a.Effect == "refuse" {
				a.Verdict = "refused"
			}
		}
		if a.NotKnown = o.mayStop(p) && o.wasJudged(p) == "refuse"; o.stopped(p) {
			a.RefusedBy = []string{"in"}
		}
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b impact.Announcement) int {
		return cmp.Or(cmp.Compare(a.ASN, b.ASN), a.Address.Compare(b.Address), a.Prefix.Compare(b.Prefix),
			cmp.Compare(a.ASPath, b.ASPath))
	})
	return out
}

func (o *oracle) covering(s impact.Subject) []impact.Covering {
	out := []impact.Covering{}
	if !s.Prefix.IsValid() {
		return out
	}
	for p := s.Prefix; p.Bits() > 0; {
		by, origin := o.around(p, o.now)
		if !by.IsValid() {
			break
		}
		out, p = append(out, impact.Covering{Prefix: by, Origin: origin}), by
	}
	return out
}

func (o *oracle) inside(s impact.Subject) (n impact.Inside) {
	for _, p := range o.paths {
		if !s.Prefix.IsValid() || p.Prefix == s.Prefix || !isInside(p.Prefix, s.Prefix) {
			continue
		}
		n.Routes++
		switch o.now(p) {
		case "refuse":
			n.Refused++
		case "":
		default:
			n.Changed++
		}
	}
	return n
}

// checkMatches holds the entries that are named against all that meet something that is
// asked about: by what lists say alone, or as it is announced.
func (o *oracle) checkMatches(t *rapid.T, s impact.Subject, got *impact.Explanation) {
	type fate struct{ decides, overruled, shuts bool }
	fates, deciders := make(map[string]fate), make(map[string]bool)
	routes := []policies.Route{{Prefix: s.Prefix}}
	if !s.Prefix.IsValid() {
		routes = []policies.Route{{Prefix: netip.MustParsePrefix("0.0.0.1/32"), Path: []filters.ASN{s.ASN}}}
	}
	first, any := o.decides(routes[0].Prefix, routes[0].Path)
	for _, p := range o.paths {
		if !about(s, p) {
			continue
		}
		routes = append(routes, p.Route)
		_, judged := o.decides(p.Prefix, p.Path)
		if m, _, any := o.blamed(p); any && !judged {
			fates[o.text(m)] = fate{decides: true, shuts: true}
		}
	}
	for _, r := range routes {
		by, treated := o.decides(r.Prefix, r.Path)
		if !treated {
			continue
		}
		deciders[o.text(by)] = true
		for _, m := range o.matches() {
			if !o.meet(m, r.Prefix, r.Path) {
				continue
			}
			f := fates[o.text(m)] // that its session is shut, is in no statement
			if o.treatment(m) == o.treatment(by) {
				f.decides = true
			} else {
				f.overruled = true
			}
			fates[o.text(m)] = f
		}
	}
	named := make(map[string]bool)
	for i, m := range got.Matches {
		text := fmt.Sprint(m.List, " ", m.Provider, " ", m.Entry)
		named[text] = true
		f, met := fates[text]
		if !met || f.decides == (m.Overruled != nil) {
			t.Errorf("%s is said to be overruled by %v; it is met %t, decides %t", text, m.Overruled, met, f.decides)
		}
		if by := m.Overruled; by != nil && !deciders[fmt.Sprint(by.List, " ", by.Provider, " ", by.Entry)] {
			t.Errorf("%s is overruled by %v, which decides nothing", text, by)
		}
		if i == 0 && any && text != o.text(first) {
			t.Errorf("first is %s, and %s decides", text, o.text(first))
		}
		at := slices.IndexFunc(treatments, func(t policies.Treatment) bool { return t.Name == m.Treatment })
		if want := eval.EffectOf(treatments[at], policies.LargeCommunity{}); m.Effect != want {
			t.Errorf("%s does %q, want %q", text, m.Effect, want)
		}
		statement := slices.IndexFunc(o.New.Import, func(s policies.Statement) bool { return s.Name == m.Statement })
		switch {
		case statement >= 0 && o.New.Import[statement].Treatment() != m.Treatment:
			t.Errorf("%s, %s, is in %s", text, m.Treatment, m.Statement)
		case statement < 0 && (m.Statement != "" || f.decides && !f.shuts):
			t.Errorf("%s is in %q, which is not there", text, m.Statement)
		}
	}
	for text := range fates {
		if !named[text] {
			t.Errorf("%s meets what is asked about, and is not named", text)
		}
	}
	if len(fates) == 0 != (got.WhyNot != "") {
		t.Errorf("%d entries meet it, and why not says %q", len(fates), got.WhyNot)
	}
}

func (o *oracle) text(m match) string {
	if m.prefix != nil {
		return o.name(m.provider) + " " + m.prefix.String()
	}
	return o.name(m.provider) + " " + m.asn.String()
}
