package run

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"

	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// The gobgpd.conf of a target, where it is kept in step. Each change of ours updates it; the code here
// repairs what others do to the file.

// fileStamp returns a text that differs after each write to the file.
func fileStamp(t operate.Target) string {
	if t.Persist == "" {
		return ""
	}
	info, err := os.Stat(t.Persist)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// settleFile puts the file in step with what is in force, where our part of it is as we wrote it. It does
// so once for each content: another program may write the file from a template again and again. It logs
// any error of the file, and leaves the file to a person.
func (k *keeper) settleFile(ctx context.Context, pulse string, state *plan.State) {
	if k.target.Persist == "" || k.file.settled == pulse {
		return
	}
	k.file.settled = pulse
	r := k.putInStep(ctx, state)
	k.numbers.File(r.problem == "")
	log := k.log.With("file", k.target.Persist)
	if r.rejects > 0 && (r.written || r.problem != k.file.said) {
		log.Warn("this reload rejects every route of "+gobgpconf.FormatMembers(r.rejects)+
			": the file was written without the definitions of depeer", "put_back", r.written)
	}
	switch {
	case r.written:
		log.Info("file put in step")
	case r.problem == "" && k.file.said != "":
		log.Info("file is in step again")
	case r.problem != "" && r.problem != k.file.said:
		log.Error("file is not in step: a restart or a reload would change what is in force", "problem", r.problem)
	}
	k.file.said = r.problem
}

// settled is what became of the file.
type settled struct {
	problem string // why it is not in step; "" where it is
	written bool
	rejects int // members that a reload of it, as it was found, rejects
}

// putInStep does it, and says why it cannot.
func (k *keeper) putInStep(ctx context.Context, state *plan.State) settled {
	want, lists := state.InForce(), []plan.ListRef(nil)
	// A reload without the definitions has taken everything: the next start is to have it again.
	if last := k.found.last; last != nil && (operate.IsUndefined(state) || policies.Same(last.Wanted(), want)) {
		want, lists = last.Wanted(), last.Lists
	}
	file := k.Operator.JudgedFile(ctx, k.target, state.Server)
	found, err := file.Look(want, operate.CommentOn(lists))
	r := settled{}
	if found != nil && !found.Anchored {
		r.rejects = operate.CountListing(state)
	}
	switch {
	case err != nil:
		r.problem = err.Error()
		return r
	case !found.Stale:
		return r
	case k.DryRun:
		r.problem = "it holds something else, and is left as it is: --dry-run"
		return r
	}
	content := sha256.Sum256(found.Text)
	if k.file.righted[content] {
		r.problem = "it was put in step already when it held just this, and something has written it so again: it " +
			"is left as it is; depeer emit --into puts the definitions into what writes it"
		return r
	}
	if r.written, err = file.Put(want, operate.CommentOn(lists)); err != nil {
		r.problem = err.Error()
		return r
	}
	if k.file.righted == nil {
		k.file.righted = map[[sha256.Size]byte]bool{}
	}
	k.file.righted[content] = true
	return r
}
