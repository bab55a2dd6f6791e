package impact_test

import (
	"net/netip"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// oracle answers the same question slowly: each member, prefix and address is asked
// by itself, and nothing is shared or skipped.
type oracle struct {
	impact.Question
	paths []*rib.Path
	all   []impact.Session

	operator  *operator // nil: nothing of the operator's refuses any route
	onlyAsked bool
}

func newOracle(q impact.Question, paths []*rib.Path) *oracle {
	o := &oracle{Question: q, paths: paths, all: slices.Clone(q.Members)}
	for _, p := range paths {
		if !slices.ContainsFunc(o.all, func(s impact.Session) bool { return s.Peer == p.Announcer() }) {
			o.all = append(o.all, impact.Session{Peer: p.Announcer(), Up: true, Anchored: true, IPv4: true, IPv6: true})
		}
	}
	return o
}

func (o *oracle) session(p rib.Peer) impact.Session {
	return o.all[slices.IndexFunc(o.all, func(s impact.Session) bool { return s.Peer == p })]
}

// was and now are what becomes of a path: what policies say, and refused where its session
// is shut.
func (o *oracle) was(p *rib.Path) string {
	if o.Old != nil && shut(o.Old, o.session(p.Announcer())) {
		return "refuse"
	}
	return o.wasJudged(p)
}

func (o *oracle) now(p *rib.Path) string {
	if shut(o.New, o.session(p.Announcer())) {
		return "refuse"
	}
	return o.judged(p)
}

func (o *oracle) wasJudged(p *rib.Path) string {
	if o.Old == nil || !o.session(p.Announcer()).Anchored {
		return ""
	}
	e := eval.New(o.Old)
	return e.Effect(e.Verdict(&p.Route))
}

func (o *oracle) judged(p *rib.Path) string {
	e := eval.New(o.New)
	return e.Effect(e.Verdict(&p.Route))
}

func shut(by *policies.RoutingPolicy, s impact.Session) bool {
	return slices.ContainsFunc(by.Sessions, func(shut policies.Session) bool { return shut.ASN == s.ASN })
}

func (o *oracle) routes() (r impact.Routes) {
	r.Total = len(o.paths)
	for _, p := range o.paths {
		was, now := o.was(p), o.now(p)
		differs := map[bool]int{true: 1}[was != now]
		switch now {
		case "refuse":
			r.Refused++
			r.NewlyRefused += differs
			if o.notKnown(p) {
				r.NotKnown++
			}
		case "":
			r.Released += differs
		default:
			r.Changed++
			r.NewlyChanged += differs
		}
		if now != "" && o.stopped(p) {
			r.RefusedAlready++
		}
	}
	return r
}

func (o *oracle) prefixes() []netip.Prefix {
	var out []netip.Prefix
	for _, p := range o.paths {
		if !slices.Contains(out, p.Prefix) {
			out = append(out, p.Prefix)
		}
	}
	return out
}

func (o *oracle) to(prefix netip.Prefix) []*rib.Path {
	return slices.DeleteFunc(slices.Clone(o.paths), func(p *rib.Path) bool { return p.Prefix != prefix })
}

func (o *oracle) left(prefix netip.Prefix, effect func(*rib.Path) string) bool {
	return slices.ContainsFunc(o.to(prefix),
		func(p *rib.Path) bool { return effect(p) != "refuse" && !o.stopped(p) })
}

// gone says whether our policy takes the last path to a prefix.
func (o *oracle) gone(prefix netip.Prefix) bool {
	return !o.left(prefix, o.now) && slices.ContainsFunc(o.to(prefix), o.takes)
}

// takes says whether our policy refuses a path, which the operator's policies pass.
func (o *oracle) takes(p *rib.Path) bool { return o.now(p) == "refuse" && !o.stopped(p) }

// got is what a session is sent of a prefix: a path, and what was made of it. used: it
// takes it.
type got struct {
	path *rib.Path
	how  string
	used bool
}

// order sorts paths in one by one, as they came, each before all that it is better than,
// until one that it is not: gobgpd's insertion sort.
func (o *oracle) order(prefix netip.Prefix, effect func(*rib.Path) string) []*rib.Path {
	paths := o.to(prefix)
	slices.SortStableFunc(paths, func(a, b *rib.Path) int { return int(a.Since) - int(b.Since) })
	var order []*rib.Path
	for _, p := range paths {
		if effect(p) == "refuse" || o.stopped(p) {
			continue
		}
		at := len(order)
		for at > 0 && o.better(p, order[at-1], effect) {
			at--
		}
		order = slices.Insert(order, at, p)
	}
	return order
}

// gets returns the first that is not the session's own, nor through its ASN; with
// secondary-route only the former is looked at, and the session itself looks at the latter.
func (o *oracle) gets(s impact.Session, prefix netip.Prefix, effect func(*rib.Path) string) got {
	for _, p := range o.order(prefix, effect) {
		through := slices.Contains(slices.Collect(p.ASPath.ASNs), s.ASN)
		if p.Announcer() != s.Peer && (s.SecondaryRoute || !through) {
			return got{p, effect(p), !through}
		}
	}
	return got{}
}

// better compares as gobgpd does, where treatments of the test set preferences of 50,
// and no MED.
func (o *oracle) better(a, b *rib.Path, effect func(*rib.Path) string) bool {
	preference := func(p *rib.Path) int {
		if e := effect(p); len(e) >= 13 && e[:13] == "local-pref 50" {
			return 50
		}
		if p.LocalPref == 0 {
			return 100
		}
		return int(p.LocalPref)
	}
	length := func(p *rib.Path) int {
		if strings.Contains(effect(p), "prepend 2") && len(p.Path) > 0 && p.Path[0] != 0 {
			return p.ASPath.Length() + 2
		}
		return p.ASPath.Length()
	}
	med := func(p *rib.Path) uint32 {
		if p.MED == nil {
			return 0
		}
		return *p.MED
	}
	// The test has no confederations: the first ASN of all is that of the first segment.
	first := func(p *rib.Path) filters.ASN { return append(slices.Collect(p.ASPath.ASNs), 0)[0] }
	switch {
	case preference(a) != preference(b):
		return preference(a) > preference(b)
	case length(a) != length(b):
		return length(a) < length(b)
	case a.Origin != b.Origin:
		return a.Origin < b.Origin
	case first(a) == first(b) && med(a) != med(b):
		return med(a) < med(b)
	case a.Since != b.Since:
		return a.Since < b.Since
	default:
		return a.Peer.Less(b.Peer)
	}
}

func (o *oracle) counts() (p impact.Prefixes, lost, usable map[rib.Peer]int) {
	lost, usable = make(map[rib.Peer]int), make(map[rib.Peer]int)
	for _, prefix := range o.prefixes() {
		p.Total++
		refused := func(stopped bool) bool {
			return slices.ContainsFunc(o.to(prefix),
				func(p *rib.Path) bool { return o.now(p) == "refuse" && o.stopped(p) == stopped })
		}
		if refused(false) {
			p.Refused++
		}
		if o.gone(prefix) {
			p.WithoutPath++
		} else if refused(true) && !o.left(prefix, o.now) {
			p.RefusedAlready++
		}
		rerouted := false
		for _, s := range o.all {
			if !receives(s, prefix) {
				continue
			}
			was, now := o.gets(s, prefix, o.was), o.gets(s, prefix, o.now)
			if was.used {
				usable[s.Peer]++
			}
			if shut(o.New, s) {
				lost[s.Peer] = usable[s.Peer]
				continue
			}
			if was.used && !now.used {
				lost[s.Peer]++
			}
			rerouted = rerouted || was != now && (was.used || now.used)
		}
		if rerouted {
			p.Rerouted++
		}
	}
	return p, lost, usable
}

func receives(s impact.Session, prefix netip.Prefix) bool {
	return s.Up && (prefix.Addr().Is4() && s.IPv4 || prefix.Addr().Is6() && s.IPv6)
}

// effort counts what is sent: to most members what they get of a prefix, if it is not
// what they got; with secondary-route that, or the same again, for each path to the
// prefix of each member that is reset. What a session tells that goes or comes is told
// besides.
func (o *oracle) effort() (updates, again int) {
	reset := make(map[rib.Peer]bool)
	for _, p := range o.paths {
		reset[p.Announcer()] = reset[p.Announcer()] || o.wasJudged(p) != o.judged(p)
	}
	for _, prefix := range o.prefixes() {
		resets, judged := 0, false
		for _, p := range o.to(prefix) {
			if reset[p.Announcer()] {
				resets++
			}
			judged = judged || o.wasJudged(p) != o.judged(p)
		}
		for _, s := range o.all {
			if !receives(s, prefix) || shut(o.New, s) {
				continue
			}
			was, now := o.gets(s, prefix, o.was), o.gets(s, prefix, o.now)
			changes := was.path != now.path || was.how != now.how
			if changes {
				updates++
			}
			if s.SecondaryRoute && now.path != nil {
				more := resets
				if changes && judged {
					more--
				}
				again += more
			}
		}
	}
	return updates + again, again
}

// meets says whether a listing's prefix is meant by an announcement.
func meets(m filters.PrefixMatch, p netip.Prefix) bool {
	bits := uint8(p.Bits())
	return p.Addr().Is4() == m.Prefix.Addr().Is4() && m.Prefix.Contains(p.Addr()) && m.Min <= bits && bits <= m.Max
}
