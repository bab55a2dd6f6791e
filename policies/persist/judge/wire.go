package judge

import "depeer/policies/plan"

// The answer as it comes from the process. JSON has no maps by objects: what is not ours
// comes as a list.

type wireAnswer struct {
	Forecast
	Start, Reload wireOutcome
}

type wireOutcome struct {
	Outcome
	State *wireState
}

type wireState struct {
	plan.State
	Theirs []theirs
}

type theirs struct {
	Object plan.Object
	Digest string
}

func toWire(a *Forecast) wireAnswer {
	return wireAnswer{*a, toWireOutcome(a.Start), toWireOutcome(a.Reload)}
}

func toWireOutcome(o Outcome) wireOutcome {
	w := wireOutcome{Outcome: o}
	if o.State != nil {
		w.State = &wireState{State: *o.State}
		for object, digest := range o.State.Theirs {
			w.State.Theirs = append(w.State.Theirs, theirs{object, digest})
		}
	}
	return w
}

func (w wireAnswer) toAnswer() *Forecast {
	a := w.Forecast
	a.Start, a.Reload = w.Start.toOutcome(), w.Reload.toOutcome()
	return &a
}

func (w wireOutcome) toOutcome() Outcome {
	o := w.Outcome
	if w.State != nil {
		o.State = &w.State.State
		o.State.Theirs = make(map[plan.Object]string, len(w.State.Theirs))
		for _, t := range w.State.Theirs {
			o.State.Theirs[t.Object] = t.Digest
		}
	}
	return o
}
