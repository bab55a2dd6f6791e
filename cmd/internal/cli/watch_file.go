package cli

import (
	"fmt"
	"os"

	"depeer/policies"
	"depeer/policies/plan"
)

// What a watch does about a target's own gobgpd.conf, where that is kept in step: each
// change puts it in step by itself; here is what others do to the file.

// fileStamp returns a text that another one takes the place of when somebody writes the
// file.
func (t target) fileStamp() string {
	if t.persist == "" {
		return ""
	}
	info, err := os.Stat(t.persist)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
}

// settleFile puts the file in step with what is in force, if it is not, and our part of it
// is as we have written it. What is wrong with it is said, and waits for a person.
func (k *keeper) settleFile(pulse string, state *plan.State) {
	if k.target.persist == "" || k.file.settled == pulse {
		return
	}
	k.file.settled = pulse
	problem, written := k.putInStep(state)
	k.numbers.File(problem == "")
	log := k.log.With("file", k.target.persist)
	switch {
	case written:
		log.Info("file put in step")
	case problem == "" && k.file.said != "":
		log.Info("file is in step again")
	case problem != "" && problem != k.file.said:
		log.Error("file is not in step: a restart or a reload would change what is in force", "problem", problem)
	}
	k.file.said = problem
}

// putInStep does it, and says why it cannot.
func (k *keeper) putInStep(state *plan.State) (problem string, written bool) {
	want, lists := state.InForce(), []plan.ListRef(nil)
	if last := k.found.last; last != nil && policies.Same(last.Wanted(), want) {
		want, lists = last.Wanted(), last.Lists
	}
	file := k.s.judgedFile(k.target, state.Server)
	found, err := file.Look(want, commentOf(lists))
	switch {
	case err != nil:
		return err.Error(), false
	case !found.Stale:
		return "", false
	case k.args.dryRun:
		return "it holds something else, and is left as it is: --dry-run", false
	}
	if written, err = file.Put(want, commentOf(lists)); err != nil {
		return err.Error(), false
	}
	return "", written
}
