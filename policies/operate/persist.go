package operate

import (
	"context"
	"errors"
	"fmt"
	"os"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/gobgpconf"
	"depeer/policies/journal"
	"depeer/policies/persist"
	"depeer/policies/plan"
)

// The gobgpd.conf of a target is kept in step where the exchange file names it. Only the exchange file
// names it: a plan cannot make depeer write another file.

// newTargetFile returns the file of a target.
func newTargetFile(t Target, server plan.Server) persist.File {
	return persist.File{Path: t.Persist, Server: server}
}

// JudgedFile is fileOf, where what would be written is to be judged before.
func (o *Operator) JudgedFile(ctx context.Context, t Target, server plan.Server) persist.File {
	f := newTargetFile(t, server)
	f.Judge = func(old, text []byte) (diag.List, error) { return o.Judge.Diagnose(ctx, f.Path, old, text) }
	return f
}

// keepFile returns what puts a policy into the file, noting it in the journal; nil where no
// file is kept. Lists are named above what a plan leads to. The file is judged
// afterwards, only to warn, where it is unjudged before or is to hold another than p leads to.
func (o *Operator) keepFile(ctx context.Context, t Target, server plan.Server, p *plan.Plan, entry *journal.Entry,
	unjudged bool) func(*policies.RoutingPolicy) error {
	if t.Persist == "" {
		return nil
	}
	return func(want *policies.RoutingPolicy) error {
		var lists []plan.ListRef
		if p != nil && policies.Same(want, p.Wanted()) {
			lists = p.Lists
		}
		written, err := newTargetFile(t, server).Put(want, CommentOn(lists))
		note := "file " + t.Persist + " is in step"
		switch {
		case err != nil:
			note = "file is not in step: " + err.Error()
		case written:
			note = "file " + t.Persist + " written"
		}
		if noted := entry.Phase(note); noted != nil {
			o.Log.Warn("going on without a journal", "error", noted)
		}
		if err == nil && (unjudged || p.WayBack() || !policies.Same(want, p.Wanted())) {
			o.warnOfFile(ctx, t.Persist)
		}
		return err
	}
}

// warnOfFile warns that gobgpd cannot load a file that is in step. A rollback goes on all the same, and
// its user must know what the next start does.
func (o *Operator) warnOfFile(ctx context.Context, name string) {
	text, err := os.ReadFile(name)
	if err != nil {
		return
	}
	l, err := o.Judge.Diagnose(ctx, name, text, text)
	if err != nil || l.Worst() != diag.Error {
		return
	}
	for _, d := range l {
		if d.Severity == diag.Error {
			o.Note("warning: %s is in step, and does not load as it should: %s [%s]", d.Position, d.Message,
				d.Code)
			return
		}
	}
}

// CheckFile says whether the file can be kept in step with what p leads to, by doing all
// of it but the last step. A way back does not wait for that.
func (o *Operator) CheckFile(ctx context.Context, t Target, p *plan.Plan) error {
	if p.Persist != t.Persist {
		return &Error{Kind: Unfit, Name: "other-file",
			Err: fmt.Errorf("the plan keeps %s, and the exchange file says %s", nameFile(p.Persist),
				nameFile(t.Persist)),
			Hint: "make a new plan; or name the exchange file: -c"}
	}
	if t.Persist == "" || p.WayBack() || len(p.PolicyLists) > 0 {
		return nil
	}
	file := o.JudgedFile(ctx, t, p.Server)
	if err := o.explainWrongFile(file.Try(p.Wanted(), CommentOn(p.Lists))); err != nil {
		return err
	}
	found, err := file.Look(p.Wanted(), CommentOn(p.Lists))
	if err != nil {
		return o.explainWrongFile(err)
	}
	if f := Verdict(gobgpconf.FindLeaks(t.Persist, found.Text, p.Wanted(), t.MaxAddedBytes)); f != nil {
		o.KeepText(t.Persist, found.Text) // for carets
		return f
	}
	if !found.Anchored {
		o.Note("warning: %s was written without the definitions of depeer: until this is done, a reload of it "+
			"rejects every route of the members that list them", t.Persist)
	}
	return nil
}

// nameFile returns a file for a text; "" is no file.
func nameFile(file string) string {
	if file == "" {
		return "no file"
	}
	return file
}

// lookAtFile says what a plan will do to the target's file. A state, where there is one,
// has the lists as they run. What the file lacks goes to
// diags. Nothing is written.
func (o *Operator) lookAtFile(ctx context.Context, t Target, p *plan.Plan, state *plan.State, diags *diag.List) (*File,
	error) {
	if t.Persist == "" {
		return nil, nil
	}
	file := o.JudgedFile(ctx, t, p.Server)
	if p.WayBack() { // which waits for no file
		file = newTargetFile(t, p.Server)
	}
	found, err := file.Look(p.Wanted(), CommentOn(p.Lists))
	if err != nil && !p.WayBack() {
		return nil, o.explainWrongFile(err)
	}
	out := &File{File: t.Persist}
	if err != nil {
		out.Wrong = err.Error()
		return out, nil
	}
	o.KeepText(t.Persist, found.Text) // for carets
	for _, d := range found.Warnings {
		// The one is said in the view's own words, the other by the lists as they run.
		if d.Code != "gobgpd-reload" && (d.Code != "gobgpd-definitions" || state == nil) {
			*diags = append(*diags, d)
		}
	}
	leaks := gobgpconf.FindLeaks(t.Persist, found.Text, p.Wanted(), t.MaxAddedBytes)
	if f := Verdict(leaks); f != nil && !p.WayBack() {
		return nil, f
	}
	for i := range leaks { // a way back does not wait for that
		leaks[i].Severity = diag.Warning
	}
	*diags = append(*diags, leaks...)
	if state != nil && !found.Anchored && CountListing(state) > 0 {
		diags.Warnf(diag.Position{File: t.Persist}, "gobgpd-definitions", gobgpconf.BeforeReload,
			"it was written without the definitions of depeer, which come back with this change: as it is, this "+
				"reload rejects every route of %s", gobgpconf.FormatMembers(CountListing(state)))
	}
	diags.Sort()
	out.InStep = !found.Stale
	return out, nil
}

// explainWrongFile turns what is wrong with a target's file into the failure that it means.
func (o *Operator) explainWrongFile(err error) error {
	wrong := new(persist.WrongError)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, persist.ErrOther):
		return &Error{Kind: Unfit, Name: "other-file", Err: err,
			Hint: "persist: in the exchange file names the file that this target is started with"}
	case errors.Is(err, persist.ErrEdited):
		f := &Error{Kind: Unfit, Name: "file-edited", Err: err, Hint: "look at it; emit --into writes our part anew"}
		return f
	case errors.As(err, &wrong):
		if wrong.Text != nil {
			for _, d := range wrong.Diags {
				o.KeepText(d.Position.File, wrong.Text) // for carets
			}
		}
		return Verdict(wrong.Diags)
	default:
		return &Error{Kind: Failed, Name: "file", Err: fmt.Errorf("%w; nothing was changed", err)}
	}
}

// explainOutOfStep says that a file could not be put in step, whatever else became of a change.
func explainOutOfStep(outcome apply.Outcome, err error, address string) error {
	known := map[apply.Outcome]string{
		apply.Applied:  "the change is in force, and proven",
		apply.Nothing:  "what the plan leads to is in force already",
		apply.Restored: "what was before is in force again",
	}[outcome]
	return &Error{Kind: Unclear, Name: "file",
		Err:  fmt.Errorf("%s; %w; a restart or a reload would change what is in force", known, err),
		Hint: "when that is put right: depeer recover --target " + address}
}

// settleFile is what recover does where nothing was cut off: what is in force goes into
// the file, if it is not there.
func (o *Operator) settleFile(ctx context.Context, t Target, state *plan.State) (Result, error) {
	a := Result{Target: t.Address, Outcome: apply.Nothing.String()}
	if t.Persist == "" {
		return a, nil
	}
	if len(state.Conflicts) > 0 {
		return Result{}, &Error{Kind: Held, Name: "changed-by-hand",
			Err:  fmt.Errorf("%s: %s; it is not put into %s", state.Conflicts[0].Object, state.Conflicts[0].Why, t.Persist),
			Hint: "depeer plan --take-over"}
	}
	want := state.InForce()
	var lists []plan.ListRef
	if store, err := o.Store(); err == nil {
		if last, err := readLastApplied(store, t.Address); err == nil && last != nil &&
			policies.Same(last.Wanted(), want) {
			want, lists = last.Wanted(), last.Lists
		}
	}
	if _, err := newTargetFile(t, state.Server).Put(want, CommentOn(lists)); err != nil {
		return Result{}, explainOutOfStep(apply.Nothing, &apply.FileError{Err: err}, t.Address)
	}
	o.warnOfFile(ctx, t.Persist)
	a.Persist = &File{File: t.Persist, InStep: true}
	return a, nil
}

// describeResult is outcomeOf for a target, with its file, and the names of its members.
func (o *Operator) describeResult(t Target, entry *journal.Entry, r apply.Result) Result {
	a := NewResult(t.Address, entry, r)
	if len(a.Polluted) > 0 {
		a.Polluted = namePolluted(o.Exchange(), a.Polluted)
	}
	if r.Kept {
		a.Persist = &File{File: t.Persist, InStep: true}
	}
	return a
}
