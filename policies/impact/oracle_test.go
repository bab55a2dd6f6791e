package impact_test

import (
	"net/netip"
	"slices"

	"depeer/filters"
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
}

func newOracle(q impact.Question, paths []*rib.Path) *oracle {
	o := &oracle{q, paths, slices.Clone(q.Members)}
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

func (o *oracle) was(p *rib.Path) string {
	if o.Old == nil || !o.session(p.Announcer()).Anchored {
		return ""
	}
	e := eval.New(o.Old)
	return e.Effect(e.Verdict(&p.Route))
}

func (o *oracle) now(p *rib.Path) string {
	e := eval.New(o.New)
	return e.Effect(e.Verdict(&p.Route))
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
		case "":
			r.Released += differs
		default:
			r.Changed++
			r.NewlyChanged += differs
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
	return slices.ContainsFunc(o.to(prefix), func(p *rib.Path) bool { return effect(p) != "refuse" })
}

// gets is what a session is given of a prefix: a path, and what was made of it.
func (o *oracle) gets(s impact.Session, prefix netip.Prefix, effect func(*rib.Path) string) (*rib.Path, string) {
	var best *rib.Path
	for _, p := range o.to(prefix) {
		if effect(p) == "refuse" || p.Announcer() == s.Peer || slices.Contains(p.ASPath.All(nil), s.ASN) {
			continue
		}
		if best == nil || o.better(p, best, effect) {
			best = p
		}
	}
	if best == nil {
		return nil, ""
	}
	return best, effect(best)
}

// better compares as gobgpd does, where treatments of the test set preferences of 50.
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
		if e := effect(p); len(e) >= 13 && e[:13] == "local-pref 50" && p.Path[0] != 0 {
			return p.ASPath.Length() + 2
		}
		return p.ASPath.Length()
	}
	switch {
	case preference(a) != preference(b):
		return preference(a) > preference(b)
	case length(a) != length(b):
		return length(a) < length(b)
	case a.Origin != b.Origin:
		return a.Origin < b.Origin
	case a.Since != b.Since:
		return a.Since < b.Since
	default:
		return a.Peer.Less(b.Peer)
	}
}

func (o *oracle) counts() (p impact.Prefixes, updates int, lost, usable map[rib.Peer]int) {
	lost, usable = make(map[rib.Peer]int), make(map[rib.Peer]int)
	for _, prefix := range o.prefixes() {
		p.Total++
		if slices.ContainsFunc(o.to(prefix), func(p *rib.Path) bool { return o.now(p) == "refuse" }) {
			p.Refused++
		}
		if !o.left(prefix, o.now) {
			p.WithoutPath++
		}
		rerouted := false
		for _, s := range o.all {
			is4 := prefix.Addr().Is4()
			if !s.Up || is4 && !s.IPv4 || !is4 && !s.IPv6 {
				continue
			}
			was, how := o.gets(s, prefix, o.was)
			now, hownow := o.gets(s, prefix, o.now)
			if was != nil {
				usable[s.Peer]++
			}
			if was == now && how == hownow {
				continue
			}
			updates++
			rerouted = true
			if now == nil {
				lost[s.Peer]++
			}
		}
		if rerouted {
			p.Rerouted++
		}
	}
	return p, updates, lost, usable
}

// meets says whether a listing's prefix is meant by an announcement.
func meets(m filters.PrefixMatch, p netip.Prefix) bool {
	bits := uint8(p.Bits())
	return p.Addr().Is4() == m.Prefix.Addr().Is4() && m.Prefix.Contains(p.Addr()) && m.Min <= bits && bits <= m.Max
}

// covers are covered, reached and gone prefixes, by the listed prefix.
func (o *oracle) covers() (covered, reached map[netip.Prefix]netip.Prefix, gone []netip.Prefix) {
	covered, reached = make(map[netip.Prefix]netip.Prefix), make(map[netip.Prefix]netip.Prefix)
	for _, l := range o.Lists.Listed {
		if l.State != filters.InForce {
			continue
		}
		for _, m := range l.Provider.Prefixes {
			announced, alive := false, false
			for _, p := range o.prefixes() {
				if meets(m, p) {
					announced = true
					alive = alive || o.left(p, o.now)
				}
			}
			if alive {
				continue
			}
			var by netip.Prefix
			for _, p := range o.prefixes() {
				if p.Bits() < m.Prefix.Bits() && p.Contains(m.Prefix.Addr()) && o.left(p, o.now) && (!by.IsValid() || p.Bits() > by.Bits()) {
					by = p
				}
			}
			switch {
			case by.IsValid() && announced:
				reached[m.Prefix] = by
			case by.IsValid():
				covered[m.Prefix] = by
			case !announced:
				gone = append(gone, m.Prefix)
			}
		}
	}
	return covered, reached, gone
}

// unreached counts, one by one, addresses of 20.0.0.0/22 that something led to before,
// and nothing does after. There are no others in the test.
func (o *oracle) unreached() uint64 {
	n := uint64(0)
	for i := range 1024 {
		a := netip.AddrFrom4([4]byte{20, 0, byte(i >> 8), byte(i)})
		before, after := false, false
		for _, p := range o.prefixes() {
			if p.Contains(a) {
				before = before || o.left(p, o.was)
				after = after || o.left(p, o.now)
			}
		}
		if before && !after {
			n++
		}
	}
	return n
}
