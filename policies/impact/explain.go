package impact

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Subject is what an explanation is asked of: a prefix, or else an ASN.
type Subject struct {
	Prefix netip.Prefix // masked; invalid: ASN is asked of
	ASN    filters.ASN
}

// String returns 198.51.100.0/22 or AS64999.
func (s Subject) String() string {
	if s.Prefix.IsValid() {
		return s.Prefix.String()
	}
	return "AS" + s.ASN.String()
}

// Explanation answers for one prefix or ASN: which listings meet it, and on what
// evidence; which members announce it, and the verdicts on that; what covers it. Lists are
// never nil.
type Explanation struct {
	Query   string  `json:"query"`
	Matches []Match `json:"matches"` // the one that decides first, then the others as listed
	// WhyNot says why nothing is matched, and Nearest which entry comes nearest.
	WhyNot  string `json:"why_not,omitempty"`
	Nearest *Match `json:"nearest,omitempty"`

	AnnouncedBy []Announcement `json:"announced_by"` // by ASN, address, path
	CoveredBy   []Covering     `json:"covered_by"`   // routes that are left, the longest first
	Inside      Inside         `json:"inside"`       // more specific routes
}

// Match is an entry of a listing, and all that answers for it.
type Match struct {
	Provider  string        `json:"provider"`
	Name      string        `json:"name"`
	List      string        `json:"list"`
	Entry     string        `json:"entry"`
	File      string        `json:"file"`
	Line      int           `json:"line"`
	State     string        `json:"state"`                  // in force, expired, excepted, waiting
	Treatment string        `json:"treatment"`              // "" unless in force
	Effect    string        `json:"effect"`                 // of that: "refuse", or what it changes
	Statement string        `json:"statement"`              // in the route server's policy; "" where others have all that it matches
	Overruled *Overruler    `json:"overruled_by,omitempty"` // nil: it decides, or one of the same treatment
	Told      string        `json:"told,omitempty"`         // the large community that tells members why, for whoever knows to fill in
	Reason    string        `json:"reason"`
	Evidence  []EvidenceRef `json:"evidence"`
	Listed    string        `json:"listed"`
	Review    string        `json:"review"`
	Expires   string        `json:"expires"`
	Next      string        `json:"next"` // treatment from NextFrom on
	NextFrom  string        `json:"next_from"`
	Contact   string        `json:"contact"`
	Approved  []string      `json:"approved_by"`
	Upstreams []filters.ASN `json:"upstreams"`
}

// Overruler is an entry with a more severe treatment, which decides in place of another
// one wherever that is met here.
type Overruler struct {
	Provider  string `json:"provider"`
	List      string `json:"list"`
	Entry     string `json:"entry"`
	Treatment string `json:"treatment"`
}

// EvidenceRef is filters.Evidence.
type EvidenceRef struct {
	Ref string `json:"ref"`
	URL string `json:"url"`
}

// Announcement is a path that a member announces.
type Announcement struct {
	Address  netip.Addr   `json:"address"`
	ASN      filters.ASN  `json:"asn"`
	Prefix   netip.Prefix `json:"prefix"`
	ASPath   string       `json:"as_path"`
	Verdict  string       `json:"verdict"`  // refused, changed, passed
	Effect   string       `json:"effect"`   // "" if passed
	Provider string       `json:"provider"` // whose entry decides; "" if passed
	// Polluted: it is treated already, or announced so. What policies give, prepends among
	// them, may not be the member's.
	Polluted bool `json:"polluted,omitempty"`
	// RefusedBy are the operator's own policies of which one refuses it already. NotKnown: the
	// policy in force refuses it, so that it is not known whether they do.
	RefusedBy []string `json:"refused_by,omitempty"`
	NotKnown  bool     `json:"refused_already_not_known,omitempty"`
}

// Covering is a less specific prefix that some path is left to.
type Covering struct {
	Prefix netip.Prefix `json:"prefix"`
	Origin filters.ASN  `json:"origin"` // of the best of these paths; 0: an AS_SET
}

// Inside counts paths to prefixes inside the one that is asked of.
type Inside struct {
	Routes  int `json:"routes"`
	Refused int `json:"refused"`
	Changed int `json:"changed"`
}

// Explain answers for a subject. Without routes (nil) there are no announcements. An
// error is one of the source's, or of Passages.
func Explain(q Question, subject Subject, routes rib.Source) (*Explanation, error) {
	x := &explainer{
		Question: q, subject: subject, index: newIndex(q.Lists, q.Protect), new: eval.New(q.New),
		out: &Explanation{Query: subject.String()},
		met: make(map[found]int), left: leavingOf(q), decides: make(map[found]bool), around: newTable(),
	}
	x.around.shared.keepsIDs = q.needsPassages()
	if x.around.shared.keepsIDs && q.Old != nil {
		x.old = eval.New(q.Old)
	}
	x.findListed()
	if routes != nil {
		for p, err := range routes {
			if err != nil {
				return nil, err
			}
			x.seePath(p)
		}
	}
	if err := x.askPassages(); err != nil {
		return nil, err
	}
	x.sortResults()
	return x.out, nil
}

type explainer struct {
	Question
	subject Subject
	index   *index
	new     *eval.Evaluator
	old     *eval.Evaluator   // nil: it is not looked at
	left    []*eval.Evaluator // of all policies that may have left something on routes
	out     *Explanation
	met     map[found]int  // matches, each once: where it stands
	decides map[found]bool // or one of the same treatment does
	around  *table         // paths to less specific prefixes
	asked   []*rib.Path    // of AnnouncedBy, those that the operator's policies may refuse
	places  []int          // where these stand
}

// findListed finds the entries that meet the subject by what lists say alone.
func (x *explainer) findListed() {
	if x.subject.Prefix.IsValid() {
		x.keepMatches(&policies.Route{Prefix: x.subject.Prefix})
		return
	}
	for _, prefix := range nowhere {
		x.keepMatches(&policies.Route{Prefix: prefix, Path: []filters.ASN{x.subject.ASN}})
	}
}

// nowhere are prefixes that no member announces, and no entry meets.
var nowhere = []netip.Prefix{netip.MustParsePrefix("0.0.0.1/32"), netip.MustParsePrefix("::1/128")}

// keepMatches keeps the matches of a route: all that meet it, the one that decides first.
func (x *explainer) keepMatches(r *policies.Route) {
	by := noMatch
	if x.new.Verdict(r).Treated() {
		by = x.index.findMatch(r)
	}
	if by == noMatch {
		return
	}
	meeting := x.new.Meeting(r)
	x.keepMatch(by, by, meeting)
	x.index.eachCovering(r.Prefix, func(m ref) { x.keepMatch(found{m, false}, by, meeting) })
	x.index.eachAlong(r.Path, func(m ref) { x.keepMatch(found{m, true}, by, meeting) })
}

// describeMatch describes an entry.
func (x *explainer) describeMatch(f found) Match {
	l := &x.index.listed[f.provider]
	p := l.Provider
	m := Match{
		Provider: p.ID, Name: p.Name, List: l.Listing.Name, State: l.State.String(), Treatment: l.Treatment,
		Reason: p.Reason,
		Listed: p.Listed.String(), Review: p.Review.String(), Expires: p.Expires.String(), Next: l.Next,
		NextFrom: l.NextFrom.String(), Contact: p.Contact,
		Evidence: []EvidenceRef{}, Approved: append([]string{}, p.ApprovedBy...),
		Upstreams: append([]filters.ASN{}, p.Upstreams...),
	}
	for _, e := range p.Evidence {
		m.Evidence = append(m.Evidence, EvidenceRef{e.Ref, e.URL})
	}
	at := p.Source
	if f.byASN {
		match := x.index.asMatch(f.ref)
		m.Entry, at = match.String(), match.Source
	} else {
		match := x.index.prefixMatch(f.ref)
		m.Entry, at = match.String(), match.Source
	}
	m.File, m.Line = at.File, at.Line
	return m
}

// seePath looks at one path.
func (x *explainer) seePath(p *rib.Path) {
	if !x.subject.Prefix.IsValid() {
		if p.ASPath.Contains(x.subject.ASN) {
			x.addAnnouncement(p)
		}
		return
	}
	switch s := x.subject.Prefix; {
	case p.Prefix == s:
		x.addAnnouncement(p)
	case p.Prefix.Bits() < s.Bits() && p.Prefix.Contains(s.Addr()):
		x.keepCovering(p)
	case p.Prefix.Bits() > s.Bits() && s.Contains(p.Prefix.Addr()):
		x.out.Inside.Routes++
		switch v := x.judgePath(p); {
		case v.Refused():
			x.out.Inside.Refused++
		case v.Treated():
			x.out.Inside.Changed++
		}
	}
}

// judgePath says what becomes of a path: it is refused where its session is shut.
func (x *explainer) judgePath(p *rib.Path) eval.Verdict {
	if len(x.New.Sessions) > 0 && shutBy(x.New, p.Announcer()) {
		return eval.Cut()
	}
	return x.new.Verdict(&p.Route)
}

func (x *explainer) addAnnouncement(p *rib.Path) {
	v := x.judgePath(p)
	a := Announcement{Address: p.Peer, ASN: p.PeerASN, Prefix: p.Prefix, ASPath: p.ASPath.String(), Verdict: "passed",
		Effect: x.new.Effect(v), Polluted: isCarried(x.left, p)}
	if v.Treated() {
		a.Verdict = "changed"
		if v.Refused() {
			a.Verdict = "refused"
		}
		f := x.index.findMatch(&p.Route)
		if f == noMatch {
			f = x.index.findShutdown(p.PeerASN, x.Treatments)
			x.keepMatch(f, f, nil)
		}
		if f != noMatch {
			a.Provider = x.index.listed[f.provider].Provider.ID
		}
		x.keepMatches(&p.Route)
	}
	x.noteQuestion(p, &a)
	x.out.AnnouncedBy = append(x.out.AnnouncedBy, a)
}

// keepCovering keeps what is left of the paths to less specific prefixes.
func (x *explainer) keepCovering(p *rib.Path) {
	if v := x.judgePath(p); !v.Refused() {
		x.around.addPath(p, x.around.numberOfPeer(p.Announcer()), x.verdictBefore(p), v, false, untagged)
	}
}

// listCoverings returns these prefixes, the longest first, with the origins of the best paths.
func (x *explainer) listCoverings() []Covering {
	var at view
	out := []Covering{}
	for slot := range uint32(x.around.prefixes.len()) {
		x.around.viewPaths(slot, &at)
		if order := new(ranking).rankPaths(x.around, at.paths, x.new, newVerdict); len(order) > 0 {
			origin, _ := x.around.pathOf(&order[0].entry).Origin()
			out = append(out, Covering{x.around.prefixAt(slot), origin})
		}
	}
	slices.SortFunc(out, func(a, b Covering) int { return cmp.Compare(b.Prefix.Bits(), a.Prefix.Bits()) })
	return out
}

// sortResults puts everything in order.
func (x *explainer) sortResults() {
	slices.SortFunc(x.out.AnnouncedBy, func(a, b Announcement) int {
		return cmp.Or(cmp.Compare(a.ASN, b.ASN), a.Address.Compare(b.Address), a.Prefix.Compare(b.Prefix),
			cmp.Compare(a.ASPath, b.ASPath))
	})
	x.out.CoveredBy = x.listCoverings()
	if len(x.out.Matches) == 0 {
		x.whyNot()
	}
	x.out.Matches = append([]Match{}, x.out.Matches...)
	x.out.AnnouncedBy = append([]Announcement{}, x.out.AnnouncedBy...)
}
