package exchange

import (
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies"
)

// Exchange is a valid exchange file, or the defaults that stand in for one.
type Exchange struct {
	Name        string
	ASN         filters.ASN // 0: not given; see WithASN
	Contact     string      // whom members ask; "": nobody is named
	PeeringLANs []LAN
	Reasons     uint32 // second part of the large communities that tell why; 0: none do

	Lists       []List
	Except      []filters.Exception
	Treatments  []policies.Treatment // most severe first; at least one
	Ladders     []filters.Ladder
	Members     []Member
	Protect     filters.Protection
	TransitFree []Network // besides the built-in TransitFree
	Limits      Limits
	Targets     []Target

	asnSource   diag.Position // nowhere, if a target gave the ASN
	builtin     bool          // Treatments are policies.Builtin
	facts       *Facts        // of the target; nil: see WithFacts
	treatmentAt map[string]diag.Position
	reasons     []reasonOf // which treatments tell why
	reasonsAt   diag.Position
}

// LAN is a prefix of the exchange itself, and where it is written.
type LAN struct {
	Prefix netip.Prefix
	Source diag.Position
}

// Network is an ASN with its name, where one is known, and where it is written.
type Network struct {
	ASN    filters.ASN
	Name   string
	Source diag.Position
}

// List is a source of listings: a file or a feed.
type List struct {
	File      string        // path or glob, as written: relative to the exchange file; "" for a feed
	Feed      feed.Format   // its format; where URL is set
	URL       string        // https; "" for a file
	Every     time.Duration // at least an hour; 0: whenever it is asked for
	Name      string        // of the feed's listing; "" takes the format's
	Treatment string        // of a treatment or a ladder, over all that the list says; "" leaves that to it
	MaxAge    time.Duration // plans refuse a list that is older; 0: only the list's own max_age counts
	Source    diag.Position
}

// Member is a network with sessions at the exchange's route servers.
type Member struct {
	ASN       filters.ASN
	Name      string
	Addresses []netip.Addr // at least one; no two members share one
	Choices   []Choice     // by the file's order; no list twice
	Wide      bool         // peers from space of its own: lists may cover its addresses
	Source    diag.Position
}

// Choice is the treatment that a member has chosen for the routes of a list, towards
// itself.
type Choice struct {
	List   string // a listing's name
	Policy policies.MemberPolicy
	Source diag.Position
}

// Default returns the exchange that holds where there is no exchange file: built-in
// treatments, default limits, and nothing else.
func Default() *Exchange {
	return &Exchange{Treatments: policies.Builtin(0), Limits: DefaultLimits(), builtin: true}
}

// WithASN returns the exchange as it is towards a route server of asn. If it has no
// ASN of its own, it takes this one, and so do the built-in treatments.
func (e *Exchange) WithASN(asn filters.ASN) *Exchange {
	if e.ASN != 0 {
		return e
	}
	with := *e
	with.ASN = asn
	if e.builtin {
		with.Treatments = policies.Builtin(asn)
	}
	with.addReasons()
	return &with
}

// Rules returns the rules that listings are compiled with at the moment at. Its Lists
// is empty, and not nil: only the reader of a List's files knows the names of the
// listings in them. It sets Lists[name] to the List's Treatment if that has one.
func (e *Exchange) Rules(at time.Time) filters.Rules {
	names := make([]string, len(e.Treatments))
	for i, t := range e.Treatments {
		names[i] = t.Name
	}
	return filters.Rules{
		At:         at,
		Treatments: names,
		Ladders:    e.Ladders,
		Lists:      make(map[string]string),
		Except:     e.Except,
		Protect:    e.Protect,
	}
}

// Treatment returns the treatment of that name. Its severity is its place in
// Treatments: the first is the most severe.
func (e *Exchange) Treatment(name string) (policies.Treatment, bool) {
	for _, t := range e.Treatments {
		if t.Name == name {
			return t, true
		}
	}
	return policies.Treatment{}, false
}

// Builtin says whether the treatments are those that are built in.
func (e *Exchange) Builtin() bool { return e.builtin }

// TreatmentAt returns where a treatment stands; nowhere for one that is built in.
func (e *Exchange) TreatmentAt(name string) diag.Position { return e.treatmentAt[name] }

// Inert warns, for each list, of providers in force whose treatment changes nothing:
// the built-in tag, as long as the ASN is not known that its community starts with. It
// likewise warns of reasons, and of members that have chosen tag. It does not warn of
// treatments for choosers only, which are meant to do nothing.
func (e *Exchange) Inert(c *filters.Compiled) diag.List {
	var diags diag.List
	var lists []*filters.Listing // in order
	count := make(map[*filters.Listing]int)
	for _, l := range c.Listed {
		t, known := e.Treatment(l.Treatment)
		if !known || t.Reject || t.Changes() || t.Audience == policies.Choosers {
			continue
		}
		if count[l.Listing]++; count[l.Listing] == 1 {
			lists = append(lists, l.Listing)
		}
	}
	if e.Reasons != 0 && e.ASN == 0 {
		diags.Warnf(e.reasonsAt, "exchange-reasons-inert", "asn: ...",
			"no route tells why it is treated: a reason is a large community of the exchange, whose ASN is not known")
	}
	for _, m := range e.Members {
		for _, c := range m.Choices {
			if c.Policy != policies.Refuse && !e.choiceTreatment(c.Policy).TowardsOne().Changes() {
				diags.Warnf(c.Source, "exchange-choice-inert", "exchange: {asn: ...}",
					"nothing happens: %s is a community of the exchange, whose ASN is not known", c.Policy)
			}
		}
	}
	for _, l := range lists {
		diags.Warnf(l.Source, "listing-inert", "exchange: {asn: ...} in the exchange file",
			"%s: nothing happens to %d of %d providers: tag is a community of the exchange, whose ASN is not known",
			l.Name, count[l], len(l.Providers))
	}
	return diags
}
