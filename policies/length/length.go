package length

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Question is what policy is asked about, and between whom.
type Question struct {
	Policy *policies.RoutingPolicy
	// Members are the sessions of the route server. What is announced by others is
	// treated, too. Where no session is known to be up, routes are sent to a
	// member without add-path.
	Members []Member
}

// Member is a session.
type Member struct {
	rib.Peer
	Up             bool // is sent routes
	IPv4, IPv6     bool // which ones
	SecondaryRoute bool // is sent routes through its own ASN, too

	AddPathIPv4, AddPathIPv6 bool // what it is sent has path identifiers

	Import bool // Policy treats what it announces
	Export bool // Policy treats what it is sent
}

// Report is what is foretold. Lists are sorted by prefix and member, and never nil.
type Report struct {
	NotDelivered []Route // is not sent to some member at least
	Near         []Route // treated, and within Near bytes of the edge, or over it
	Ending       []Route // made longer by the policy, and would end the daemon
}

// Route is one that a member announces.
type Route struct {
	Prefix    netip.Prefix `json:"prefix"`
	Member    netip.Addr   `json:"member"`
	Bytes     int          `json:"bytes"`     // of attributes, as they would be sent
	Announced int          `json:"announced"` // the same, without the policy
	// To are those who are not sent it, where others are; sorted.
	To []netip.Addr `json:"to,omitempty"`
}

// Compare orders by prefix, member and length.
func (r Route) Compare(o Route) int {
	return cmp.Or(r.Prefix.Compare(o.Prefix), r.Member.Compare(o.Member), cmp.Compare(r.Bytes, o.Bytes))
}

// Foresight is a question on its way to an answer. It is not safe for concurrent use.
type Foresight struct {
	policy    *eval.Evaluator
	exporter  *eval.Exporter
	floor     int                 // shorter routes are nowhere near an edge, whatever the policy adds
	receivers [2][]receivers      // by family
	untreated map[netip.Addr]bool // members whose announcements the policy does not treat
	report    Report
}

// New begins.
func New(q Question) *Foresight {
	f := &Foresight{
		policy: eval.New(q.Policy), exporter: eval.NewExporter(q.Policy), untreated: make(map[netip.Addr]bool),
		floor:     room - longestPrefix - 2*pathIdentifier - Near - bound(q.Policy),
		receivers: [2][]receivers{receiversOf(q, false), receiversOf(q, true)},
		report:    emptyReport(),
	}
	for _, m := range q.Members {
		f.untreated[m.Address] = !m.Import
	}
	return f
}

// Over returns routes, and looks at each of them as it goes by. Whenever they are gone through,
// the report is begun anew.
func (f *Foresight) Over(routes rib.Source) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		f.report = emptyReport()
		for p, err := range routes {
			if err == nil {
				f.See(&p.Route)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}

// See looks at a route, as it is announced.
func (f *Foresight) See(r *policies.Route) {
	if r.Size.Sent() >= f.floor && r.Size.Known() {
		f.judge(r)
	}
}

func emptyReport() Report {
	return Report{NotDelivered: []Route{}, Near: []Route{}, Ending: []Route{}}
}

// Report returns what was found so far.
func (f *Foresight) Report() Report {
	for _, list := range [][]Route{f.report.NotDelivered, f.report.Near, f.report.Ending} {
		slices.SortFunc(list, Route.Compare)
	}
	return f.report
}

// judge looks at a route that may be near an edge.
func (f *Foresight) judge(r *policies.Route) {
	if s, passes := f.announced(r); passes {
		treated := !f.untreated[r.Peer] && (f.policy.Verdict(r).Treated() || len(f.policy.Tags(r)) > 0)
		f.report.add(s, treated, r.Size.Sent())
	}
}

// Lost returns a route that is not sent to some member at least, and false for any other:
// r as it is announced, and refused ones are not lost.
func (f *Foresight) Lost(r *policies.Route) (Route, bool) {
	if !r.Size.Known() || r.Size.Sent() < f.floor {
		return Route{}, false
	}
	s, passes := f.announced(r)
	return s.named(), passes && s.spare < 0
}

// LostInTable is Lost of a route as the route server's table has it: import policies, the
// operator's among them, have been asked.
func (f *Foresight) LostInTable(r *policies.Route) (Route, bool) {
	if !r.Size.Known() || r.Size.Sent() < f.floor {
		return Route{}, false
	}
	s := f.sent(r, r.Size.Sent())
	return s.named(), s.spare < 0
}

// announced returns what becomes of a route as it is announced, and false if it is refused.
func (f *Foresight) announced(r *policies.Route) (sight, bool) {
	left, passes := *r, true
	if !f.untreated[r.Peer] {
		left, passes = f.policy.Apply(*r)
	}
	if !passes {
		return sight{}, false
	}
	return f.sent(&left, r.Size.Sent()), true
}

// sent returns what becomes of a route that import has left so, and that had so many bytes.
func (f *Foresight) sent(left *policies.Route, announced int) sight {
	s := sight{Route: Route{Prefix: left.Prefix, Member: left.Peer, Announced: announced}, spare: room}
	for _, to := range f.receivers[family(left.Prefix.Addr().Is6())] {
		sent, passes := *left, true
		if to.export {
			sent, passes = f.exporter.Apply(to.members[0].Address, *left)
		}
		if passes {
			s.send(&sent, &to)
		}
	}
	if s.sent == 0 {
		s.meet(way{}, left)
	}
	return s
}

func (r *Report) add(s sight, treated bool, announced int) {
	if s.spare < 0 {
		r.NotDelivered = append(r.NotDelivered, s.named())
	}
	if treated && s.spare < Near {
		r.Near = append(r.Near, s.named())
	}
	if s.ends && s.Bytes > announced {
		r.Ending = append(r.Ending, s.named())
	}
}

// sight is a route, and what becomes of it towards all to whom it is sent.
type sight struct {
	Route
	spare int          // the least that it has towards some receiver
	ends  bool         // the daemon
	sent  int          // receivers
	lost  []netip.Addr // receivers who do not get it
}

// send sends a route to receivers, as the policy leaves it for them.
func (s *sight) send(r *policies.Route, to *receivers) {
	sent := s.sent
	var lost []netip.Addr
	for i := range to.members {
		if m := &to.members[i]; m.offered(r) {
			s.sent++
			lost = append(lost, m.Address)
		}
	}
	if s.sent > sent && s.meet(to.way, r) < 0 {
		s.lost = append(s.lost, lost...)
	}
}

// meet notes what a route has to spare that is sent in some way.
func (s *sight) meet(w way, r *policies.Route) int {
	spare := w.spare(r.Prefix, &r.Size)
	s.spare, s.ends, s.Bytes = min(s.spare, spare), s.ends || w.ends(&r.Size), max(s.Bytes, w.bytes(&r.Size))
	return spare
}

// named returns the route with those who do not get it, where some do.
func (s *sight) named() Route {
	r := s.Route
	if len(s.lost) < s.sent {
		r.To = slices.SortedFunc(slices.Values(s.lost), netip.Addr.Compare)
	}
	return r
}

func family(is6 bool) int {
	if is6 {
		return 1
	}
	return 0
}
