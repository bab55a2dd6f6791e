package exchange

import (
	"fmt"
	"slices"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
)

// checkAddedBytes refuses treatments and choices that add more bytes to a route than the limit:
// a treatment, its reason, and a member's choice on top. It refuses a treatment of the file even
// if no list asks for it; a built-in one only if a list does.
//
// If they would be within the limit without reasons, it refuses the reasons instead.
func checkAddedBytes(g *guardInput, refuse func(diag.Position, complaint)) {
	for _, a := range g.findTooMuch() {
		refuse(a.at, g.addsComplaint(a.what, a.bytes))
	}
}

// AddedBytes returns, by place, the number of bytes of each refusal of guard-added-bytes;
// the most if there are several. c is the compiled lists.
func (e *Exchange) AddedBytes(c *filters.Compiled) map[diag.Position]int {
	most := make(map[diag.Position]int)
	for _, a := range (&guardInput{Exchange: e, compiled: c}).findTooMuch() {
		most[a.at] = max(most[a.at], a.bytes)
	}
	return most
}

// added is a treatment or a choice that adds bytes to a route: how many at worst, and its place.
type added struct {
	at    diag.Position
	what  string
	bytes int
}

// findTooMuch returns the treatments and choices that add more than the limit.
func (g *guardInput) findTooMuch() (all []added) {
	reasons := 0
	over := func(at diag.Position, what string, with, without int) {
		switch {
		case with <= g.Limits.MaxAddedBytes:
		case without <= g.Limits.MaxAddedBytes:
			reasons = max(reasons, with)
		default:
			all = append(all, added{at, what, with})
		}
	}
	for _, t := range g.Treatments {
		if at, asked := g.placeOfTreatment(t); asked {
			over(at, "treatment "+t.Name, t.AddedBytes(), t.WithoutReason().AddedBytes())
		}
	}
	for _, m := range g.Members {
		for _, c := range m.Choices {
			if c.Policy == policies.Refuse {
				continue
			}
			t := g.choiceTreatment(c.Policy)
			what, with, without := g.describeChoice(c, t, policies.Treatment{}), t.AddedBytesFor(policies.Treatment{}),
				t.WithoutReason().AddedBytesFor(policies.Treatment{})
			for _, on := range g.treatmentsBelow(c) {
				if n := t.AddedBytesFor(on); n > with {
					what, with, without = g.describeChoice(c, t, on), n,
						t.WithoutReason().AddedBytesFor(on.WithoutReason())
				}
			}
			over(c.Source, what, with, without)
		}
	}
	if reasons > 0 {
		all = append(all, added{g.reasonsAt, "with the reason of a treatment, what is done to a route", reasons})
	}
	return all
}

// addsComplaint returns the complaint that something adds too many bytes.
func (e *Exchange) addsComplaint(what string, bytes int) complaint {
	many := fmt.Sprintf("up to %d bytes", bytes)
	if bytes >= policies.Unbounded {
		many = "a prepend, which has no bound,"
	}
	return complaint{
		fmt.Sprintf("%s adds %s to a route's attributes, over the limit of %d: with it one long announcement could "+
			"end gobgpd (osrg/gobgp#2629)", what, many, e.Limits.MaxAddedBytes),
		fmt.Sprintf("limits: {max_added_bytes: %d}, where gobgpd does not have that fault", bytes),
	}
}

func (e *Exchange) describeChoice(c Choice, t, on policies.Treatment) string {
	what := fmt.Sprintf("the choice of %s about %s", t.Name, c.List)
	if on.Name != "" {
		what += ", on top of treatment " + on.Name + ","
	}
	return what
}

// placeOfTreatment returns the place of a treatment. A built-in one has the place of the first
// value that asks for it: of a provider, or else of its list. If neither has the value, as where
// the exchange file gives the list its treatment, it is the place of the list.
func (g *guardInput) placeOfTreatment(t policies.Treatment) (diag.Position, bool) {
	if !g.builtin {
		return g.treatmentAt[t.Name], true
	}
	for _, l := range g.compiled.Listed {
		if l.State == filters.InForce && l.Treatment == t.Name {
			asks := func(treatment string) bool {
				return treatment == t.Name || l.Ladder != "" &&
					treatment == l.Ladder
			}
			switch {
			case asks(l.Provider.Treatment):
				return l.Provider.At(l.Provider.Places.Treatment), true
			case asks(l.Listing.Treatment):
				return l.Listing.At(l.Listing.Places.Treatment), true
			default:
				return l.Listing.Source, true
			}
		}
	}
	return diag.Position{}, false
}

// choiceTreatment returns the treatment for a member policy.
func (e *Exchange) choiceTreatment(w policies.MemberPolicy) policies.Treatment {
	if e.builtin {
		t := policies.BuiltinChoice(w, e.ASN)
		for _, tells := range e.reasons {
			if tells.treatment == t.Name && e.Reasons != 0 && e.ASN != 0 {
				t = t.Telling(policies.LargeCommunity{Global: uint32(e.ASN), Local1: e.Reasons, Local2: tells.reason})
			}
		}
		return t
	}
	t, _ := e.Treatment(w.String())
	return t
}

// treatmentsBelow returns the treatments that a choice can come on top of: those that some list
// asks for, and that are less severe than the chosen one. The routes of the choice get a treatment
// at least as severe as the one that their list asks for.
func (g *guardInput) treatmentsBelow(c Choice) []policies.Treatment {
	place := func(name string) int {
		return slices.IndexFunc(g.Treatments, func(t policies.Treatment) bool { return t.Name == name })
	}
	mildest := -1 // of the list
	for _, l := range g.compiled.Listed {
		if l.State == filters.InForce && l.Listing.Name == c.List {
			mildest = max(mildest, place(l.Treatment))
		}
	}
	var out []policies.Treatment
	for _, l := range g.compiled.Listed {
		i := place(l.Treatment)
		if l.State != filters.InForce || i <= place(c.Policy.String()) || i > mildest ||
			slices.ContainsFunc(out, func(t policies.Treatment) bool { return t.Name == l.Treatment }) {
			continue
		}
		out = append(out, g.Treatments[i])
	}
	return out
}
