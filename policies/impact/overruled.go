package impact

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
)

// Of the entries that meet a route one decides. Each is shown with what follows from
// itself; one whose treatment is less severe, with the entry that decides in its place.

// keepMatch notes a match of a route that by decides about, and that these verdicts' statements
// meet; noMatch is not noted. Without statements it is the session that is shut.
func (x *explainer) keepMatch(f, by found, meeting []eval.Verdict) {
	at, known := x.met[f]
	if f == noMatch || known && x.decides[f] {
		return
	}
	if !known {
		at = len(x.out.Matches)
		x.met[f], x.out.Matches = at, append(x.out.Matches, x.describeMatch(f))
	}
	m := &x.out.Matches[at]
	if m.Statement == "" {
		m.Statement, m.Effect = x.statementOf(f, meeting)
	}
	switch {
	case x.index.listed[by.provider].Treatment == m.Treatment:
		x.decides[f], m.Overruled = true, nil
	case m.Overruled == nil:
		d := x.describeMatch(by)
		m.Overruled = &Overruler{d.Provider, d.List, d.Entry, d.Treatment}
	}
}

// statementOf returns the statement that an entry is in, and its effect. Where entries of
// other treatments have all that it matches it is in none.
func (x *explainer) statementOf(f found, meeting []eval.Verdict) (statement, effect string) {
	treatment := x.index.listed[f.provider].Treatment
	for _, exactly := range []bool{true, false} {
		for _, v := range meeting {
			s, _ := x.new.Statement(v)
			if s.Treatment() == treatment && x.isIn(f, s, exactly) {
				return s.Name, x.new.Effect(v)
			}
		}
	}
	i := slices.IndexFunc(x.Treatments, func(t policies.Treatment) bool { return t.Name == treatment })
	if i < 0 || x.Treatments[i].Audience == policies.Choosers {
		return "", ""
	}
	return "", eval.EffectOf(x.Treatments[i], policies.LargeCommunity{})
}

// isIn says whether a statement of an entry's treatment that a route meets is the entry's:
// exactly so, or by a match of the same ASN that takes more paths.
func (x *explainer) isIn(f found, s policies.Statement, exactly bool) bool {
	name := s.Conditions.ASPathSet.Set
	if f.byASN != (name != "") {
		return false
	}
	patterns := policies.ElementsOf[policies.ASPaths](x.New, name)
	return !f.byASN || slices.ContainsFunc(patterns, func(p policies.ASPathPattern) bool {
		m := x.index.asMatch(f.ref)
		return p.ASN == m.ASN && (p.Where == m.Where || !exactly)
	})
}
