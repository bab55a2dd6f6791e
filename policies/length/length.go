package length

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Question is a policy, and the sessions of the route server.
type Question struct {
	Policy *policies.RoutingPolicy
	// Members are the sessions of the route server. Routes that others announce are treated, too.
	// If no session is known to be up, routes are judged as sent to a member without add-path.
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

// Report is what is predicted. Lists are sorted by prefix and member, and never nil.
type Report struct {
	NotDelivered []Route // is not sent to some member at least
	Near         []Route // treated, and within Near bytes of the edge, or over it
	Ending       []Route // made longer by the policy, and would end the daemon
}

// Route is a route that a member announces.
type Route struct {
	Prefix    netip.Prefix `json:"prefix"`
	Member    netip.Addr   `json:"member"`
	Bytes     int          `json:"bytes"`     // of attributes, as they would be sent
	Announced int          `json:"announced"` // the same, without the policy
	// To are the members that are not sent it while others are; sorted.
	To []netip.Addr `json:"to,omitempty"`
}

// Compare orders by prefix, member and length.
func (r Route) Compare(o Route) int {
	return cmp.Or(r.Prefix.Compare(o.Prefix), r.Member.Compare(o.Member), cmp.Compare(r.Bytes, o.Bytes))
}

// Foresight collects the answer to a question. It is not safe for concurrent use.
type Foresight struct {
	policy    *eval.Evaluator
	exporter  *eval.Exporter
	floor     int                 // shorter routes are nowhere near an edge, whatever the policy adds
	receivers [2][]receivers      // by family
	untreated map[netip.Addr]bool // members whose announcements the policy does not treat
	report    Report
}

// New returns an empty Foresight.
func New(q Question) *Foresight {
	f := &Foresight{
		policy: eval.New(q.Policy), exporter: eval.NewExporter(q.Policy), untreated: make(map[netip.Addr]bool),
		floor:     room - longestPrefix - 2*pathIdentifier - Near - maxAddedBytes(q.Policy),
		receivers: [2][]receivers{receiversOf(q, false), receiversOf(q, true)},
		report:    emptyReport(),
	}
	for _, m := range q.Members {
		f.untreated[m.Address] = !m.Import
	}
	return f
}

// Over returns routes, and looks at each of them as it is yielded. Each iteration starts a new
// report.
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
		f.judgeRoute(r)
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

// judgeRoute looks at a route that may be near an edge.
func (f *Foresight) judgeRoute(r *policies.Route) {
	if s, passes := f.judgeAnnounced(r); passes {
		treated := !f.untreated[r.Peer] && (f.policy.Verdict(r).Treated() || len(f.policy.Tags(r)) > 0)
		f.report.addOutcome(s, treated, r.Size.Sent())
	}
}

// Lost returns a route that some member is not sent, and false for any other. r is the route as
// announced. A refused route is not lost.
func (f *Foresight) Lost(r *policies.Route) (Route, bool) {
	if !r.Size.Known() || r.Size.Sent() < f.floor {
		return Route{}, false
	}
	s, passes := f.judgeAnnounced(r)
	return s.toRoute(), passes && s.spare < 0
}

// LostInTable is Lost for a route of the route server's table, after import policies, the
// operator's included.
func (f *Foresight) LostInTable(r *policies.Route) (Route, bool) {
	if !r.Size.Known() || r.Size.Sent() < f.floor {
		return Route{}, false
	}
	s := f.judgeSent(r, r.Size.Sent())
	return s.toRoute(), s.spare < 0
}

// judgeAnnounced returns the outcome for a route as announced, and false if it is refused.
func (f *Foresight) judgeAnnounced(r *policies.Route) (outcome, bool) {
	left, passes := *r, true
	if !f.untreated[r.Peer] {
		left, passes = f.policy.Apply(*r)
	}
	if !passes {
		return outcome{}, false
	}
	return f.judgeSent(&left, r.Size.Sent()), true
}

// judgeSent returns the outcome for a route as import leaves it. announced is the number of bytes
// before that.
func (f *Foresight) judgeSent(left *policies.Route, announced int) outcome {
	s := outcome{Route: Route{Prefix: left.Prefix, Member: left.Peer, Announced: announced}, spare: room}
	for _, to := range f.receivers[familyIndex(left.Prefix.Addr().Is6())] {
		sent, passes := *left, true
		if to.export {
			sent, passes = f.exporter.Apply(to.members[0].Address, *left)
		}
		if passes {
			s.addReceivers(&sent, &to)
		}
	}
	if s.sent == 0 {
		s.addWay(sendMode{}, left)
	}
	return s
}

func (r *Report) addOutcome(s outcome, treated bool, announced int) {
	if s.spare < 0 {
		r.NotDelivered = append(r.NotDelivered, s.toRoute())
	}
	if treated && s.spare < Near {
		r.Near = append(r.Near, s.toRoute())
	}
	if s.ends && s.Bytes > announced {
		r.Ending = append(r.Ending, s.toRoute())
	}
}

// outcome is a route, and what happens when it is sent to its receivers.
type outcome struct {
	Route
	spare int          // the least that it has towards some receiver
	ends  bool         // the daemon
	sent  int          // receivers
	lost  []netip.Addr // receivers that do not get it
}

// addReceivers adds receivers of a route, as the policy leaves it for them.
func (s *outcome) addReceivers(r *policies.Route, to *receivers) {
	sent := s.sent
	var lost []netip.Addr
	for i := range to.members {
		if m := &to.members[i]; m.isOffered(r) {
			s.sent++
			lost = append(lost, m.Address)
		}
	}
	if s.sent > sent && s.addWay(to.sendMode, r) < 0 {
		s.lost = append(s.lost, lost...)
	}
}

// addWay adds a way in which a route is sent, and returns its spare bytes.
func (s *outcome) addWay(w sendMode, r *policies.Route) int {
	spare := w.spareBytes(r.Prefix, &r.Size)
	s.spare, s.ends, s.Bytes = min(s.spare, spare), s.ends || w.endsDaemon(&r.Size), max(s.Bytes, w.sentBytes(&r.Size))
	return spare
}

// toRoute returns the route. If only some receivers do not get it, To names them.
func (s *outcome) toRoute() Route {
	r := s.Route
	if len(s.lost) < s.sent {
		r.To = slices.SortedFunc(slices.Values(s.lost), netip.Addr.Compare)
	}
	return r
}

func familyIndex(is6 bool) int {
	if is6 {
		return 1
	}
	return 0
}
