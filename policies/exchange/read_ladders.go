package exchange

import (
	"slices"
	"time"

	"depeer/filters"
	"depeer/filters/strict"
)

// This file reads ladders, and all other references to treatments by name.

type ladderReader struct {
	filters.Ladder
	r *reader
}

var ladderFields = []strict.Field[ladderReader]{
	{Key: "name", Required: true, Read: readLadderName},
	{Key: "steps", Required: true, Read: readSteps},
}

type stepReader struct {
	filters.Step
	r     *reader
	after *strict.Node
}

var stepFields = []strict.Field[stepReader]{
	{Key: "after", Required: true, Read: readAfter},
	{Key: "treatment", Required: true, Read: func(s *stepReader, n strict.Node) {
		if readSlug(n, &s.Treatment) {
			s.r.deferCheck(func() { s.r.mustBeTreatment(n, s.Treatment) })
		}
	}},
}

func readLadders(r *reader, n strict.Node) {
	names := make(seenValues[string])
	readEach(n, func(n strict.Node) {
		l := ladderReader{r: r}
		if strict.Map(n, ladderFields, &l) && l.Name != "" && names.addNew(n, l.Name, "ladder "+l.Name) {
			r.ex.Ladders = append(r.ex.Ladders, l.Ladder)
		}
	})
}

func readLadderName(l *ladderReader, n strict.Node) {
	if readSlug(n, &l.Name) {
		l.r.deferCheck(func() {
			if slices.Contains(l.r.treatmentNames(), l.Name) {
				n.Errorf("ladder-name", "another name",
					"%s is the name of a treatment: a list that says it could mean either", l.Name)
			}
		})
	}
}

func readSteps(l *ladderReader, n strict.Node) {
	last := time.Duration(-1)
	readSome(n, "steps", func(n strict.Node) {
		s := stepReader{r: l.r}
		if !strict.Map(n, stepFields, &s) || s.after == nil {
			return
		}
		if s.After <= last {
			s.after.Errorf("steps-order", "each step later than the one before", "a step after %s follows one after %s",
				filters.FormatSpan(s.After), filters.FormatSpan(last))
		}
		last = s.After
		l.Steps = append(l.Steps, s.Step)
	})
}

// readAfter reads an age in whole days: listings name a day, not a time.
func readAfter(s *stepReader, n strict.Node) {
	after, ok := strict.Value(n, filters.ParseSpan)
	if !ok {
		return
	}
	if after%(24*time.Hour) != 0 {
		n.Errorf("steps-days", "such as 14d", "steps are whole days after the day of listing, not %s",
			filters.FormatSpan(after))
		return
	}
	s.After, s.after = after, &n
}

// readFollows reads the name of a treatment or a ladder, which follows from a list.
func (r *reader) readFollows(n strict.Node, into *string) {
	if !readSlug(n, into) {
		return
	}
	name := *into
	r.deferCheck(func() {
		isLadder := func(l filters.Ladder) bool { return l.Name == name }
		if !slices.ContainsFunc(r.ex.Ladders, isLadder) {
			r.mustBeTreatment(n, name)
		}
	})
}

func (r *reader) mustBeTreatment(n strict.Node, name string) {
	names := r.treatmentNames()
	if slices.Contains(names, name) {
		return
	}
	n.Errorf("unknown-treatment", nearestHint(name, names), "there is no treatment %s", name)
}

// treatmentNames returns the file's treatments, or the built-in ones.
func (r *reader) treatmentNames() []string {
	ex := r.ex
	if ex.Treatments == nil {
		ex = Default()
	}
	return ex.Rules(time.Time{}).Treatments
}
