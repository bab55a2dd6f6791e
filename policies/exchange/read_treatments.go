package exchange

import (
	"fmt"
	"math"

	"depeer/filters/diag"
	"depeer/filters/strict"
	"depeer/policies"
)

// treatmentReader is one treatment in the making.
type treatmentReader struct {
	policies.Treatment
	r          *reader
	shut       *strict.Node
	tells      *strict.Node // its reason
	reason     uint32
	attributes bool         // it names some, be they right or wrong
	audience   *strict.Node // its towards, unless that is everybody
}

// attributeReader makes the reader of a key that changes a route's attributes.
func attributeReader(read func(t *treatmentReader, n strict.Node)) func(*treatmentReader, strict.Node) {
	return func(t *treatmentReader, n strict.Node) {
		t.attributes = true
		read(t, n)
	}
}

var treatmentFields = []strict.Field[treatmentReader]{
	{Key: "name", Required: true, Read: func(t *treatmentReader, n strict.Node) { readSlug(n, &t.Name) }},
	{Key: "reject", Read: func(t *treatmentReader, n strict.Node) {
		var ok bool
		if t.Reject, ok = n.Bool(); !ok {
			t.attributes = true // one complaint is enough
		}
	}},
	{Key: "session", Read: func(t *treatmentReader, n strict.Node) {
		if t.Session, _ = readWord(n, policies.Keep, policies.Shut); t.Session == policies.Shut {
			t.shut = &n
		}
	}},
	{Key: "towards", Read: func(t *treatmentReader, n strict.Node) {
		if t.Audience, _ = readWord(n, policies.Everybody, policies.Choosers); t.Audience == policies.Choosers {
			t.audience = &n
		}
	}},
	{Key: "local_pref", Read: attributeReader(readLocalPref)},
	{Key: "med", Read: attributeReader(func(t *treatmentReader, n strict.Node) {
		if v, ok := n.Uint(0, math.MaxUint32); ok {
			med := uint32(v)
			t.MED = &med
		}
	})},
	{Key: "prepend", Read: attributeReader(func(t *treatmentReader, n strict.Node) {
		v, _ := n.Uint(1, mostPrepends)
		t.Prepend = uint8(v)
	})},
	{Key: "communities", Read: attributeReader(readCommunities)},
	{Key: "large_communities", Read: attributeReader(readLargeCommunities)},
	{Key: "reason", Read: attributeReader(readReason)},
}

// mostPrepends is the most prepends that are useful. Members refuse very long paths,
// and gobgpd cuts the count to 8 bits.
const mostPrepends = 10

func readTreatments(r *reader, n strict.Node) {
	names, reasons := make(seenValues[string]), make(seenValues[uint32])
	changes := "" // the last treatment that lets routes go on
	readSome(n, "treatments", func(n strict.Node) {
		t := treatmentReader{r: r}
		if !strict.Map(n, treatmentFields, &t) {
			return
		}
		switch {
		case t.Reject && t.attributes:
			n.Errorf("reject-attributes", "reject: true, or the attributes",
				"a treatment that refuses routes cannot change their attributes, too")
		case !t.Reject && t.shut != nil:
			t.shut.Errorf("session-without-reject", "reject: true", "session: shut goes with reject: true only")
		case t.Reject && t.audience != nil:
			t.audience.Errorf("towards-refused", "one of the two",
				"who refuses for itself chooses refuse: towards: choosers goes with attributes, or with nothing")
		case !t.Reject && !t.attributes && t.audience == nil:
			n.Errorf("treatment-nothing", "reject: true, or local_pref, med, prepend, communities, "+
				"large_communities, reason", "a treatment that does nothing")
		case t.Reject && changes != "":
			n.Warnf("treatment-order", "the most severe first",
				"%s refuses routes, and stands after %s, which does not: where both match, %s wins", t.Name, changes,
				changes)
		}
		if t.Name == "" || !names.addNew(n, t.Name, "treatment "+t.Name) {
			return
		}
		if t.tells != nil && reasons.addNew(*t.tells, t.reason, fmt.Sprint("reason ", t.reason)) {
			r.ex.reasons = append(r.ex.reasons, reasonOf{t.Name, t.reason})
		}
		if !t.Reject {
			changes = t.Name
		}
		r.ex.Treatments = append(r.ex.Treatments, t.Treatment)
		if r.ex.treatmentAt == nil {
			r.ex.treatmentAt = make(map[string]diag.Position)
		}
		r.ex.treatmentAt[t.Name] = n.Position()
	})
	r.deferCheck(func() {
		for i := range r.ex.Treatments {
			if r.ex.Treatments[i].Session == policies.Shut {
				r.ex.Treatments[i].Ask = r.ex.Contact
			}
		}
	})
}

func readLocalPref(t *treatmentReader, n strict.Node) {
	if s, ok := n.Scalar(); ok && s == "0" {
		n.Errorf("local-pref-zero", "local_pref: 1 is the lowest", "gobgpd drops local_pref 0 silently")
		return
	}
	v, _ := n.Uint(1, math.MaxUint32)
	t.LocalPref = uint32(v)
}

func readCommunities(t *treatmentReader, n strict.Node) {
	seen := make(seenValues[policies.Community])
	readSome(n, "communities", func(n strict.Node) {
		c, ok := strict.Value(n, policies.ParseCommunity)
		if !ok || !seen.addNew(n, c, c.String()) {
			return
		}
		t.Communities = append(t.Communities, c)
		t.r.deferCheck(func() { t.r.checkCommunity(n, c) })
	})
}

func readLargeCommunities(t *treatmentReader, n strict.Node) {
	seen := make(seenValues[policies.LargeCommunity])
	readSome(n, "large communities", func(n strict.Node) {
		c, ok := strict.Value(n, policies.ParseLargeCommunity)
		if !ok || !seen.addNew(n, c, c.String()) {
			return
		}
		t.LargeCommunities = append(t.LargeCommunities, c)
		t.r.deferCheck(func() { t.r.checkLargeCommunity(n, c) })
	})
}
