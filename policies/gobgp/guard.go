package gobgp

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"depeer/policies"
	"depeer/policies/plan"
)

// mustBeOurs panics on a call that would change objects that are not ours, or that gobgpd would take for more
// than it says: an empty address is every peer to gobgpd, an empty neighbor-set is every neighbor, and no
// condition is every route.
func mustBeOurs(call plan.Call) {
	must := func(ok bool, what string) {
		if !ok {
			panic(fmt.Sprintf("gobgp: %s: %s", call, what))
		}
	}
	ours := func(name string) bool { return strings.HasPrefix(name, policies.Prefix) && name != policies.Prefix }
	gate := func(name string) bool { return strings.HasPrefix(name, plan.GatePrefix) && name != plan.GatePrefix }
	switch call.Verb {
	case plan.AddSet:
		must(ours(call.Name), "the set is not ours")
		must(call.Elements != nil && call.Elements.Len() > 0, "the set is empty")
		must(call.Kind == plan.KindOf(call.Elements.Kind()), "the set has elements of another kind")
		must(call.Kind != plan.NeighborSet || !gate(call.Name), "the set is a gate")
	case plan.DeleteSet:
		_, known := definedTypes[call.Kind]
		must(known && ours(call.Name), "the set is not ours")
	case plan.AddGate, plan.OpenGate, plan.CloseGate, plan.DeleteGate:
		must(gate(call.Name), "not a gate")
	case plan.Hold, plan.Release:
		must(gate(call.Gate.Set), "not a gate")
		must(call.Name != "", "no statement")
	case plan.AddStatements:
		must(call.Policy == policies.ImportPolicy || call.Policy == policies.ExportPolicy, "the policy is not ours")
		must(len(call.Add) > 0, "no statement")
		for _, s := range call.Add {
			must(ours(s.Name), "a statement is not ours")
			if call.Policy == policies.ExportPolicy { // not by the name of its set, but by being about new tags
				must(s.Gate == plan.Gate{} && s.OnTags(), "a statement is not about tags")
			} else {
				must(gate(s.Gate.Set) && s.Conditions.NeighborSet.Set == "", "a statement would take effect at once")
			}
			must(len(s.Actions.AddLargeCommunities) == 0 ||
				len(s.Actions.DropLargeCommunities) == 0, "a statement adds and removes large communities")
			must(len(s.Actions.Communities) == 0 ||
				len(s.Actions.DropCommunities) == 0, "a statement adds and removes communities")
		}
	case plan.TakeStatements:
		must(call.Policy == policies.ImportPolicy || call.Policy == policies.ExportPolicy, "the policy is not ours")
		must(len(call.Take) > 0 && !slices.Contains(call.Take, ""), "no statement")
	case plan.DeleteStatement:
		must(call.Name != "", "no statement")
	case plan.NoteSessions, plan.ForgetSessions:
		must(len(call.Notes) > 0, "no notes: gobgpd would be asked for an empty set")
		for _, n := range call.Notes {
			_, err := parseNote(noteEntry(n))
			must(err == nil, "a note that could not be read back")
		}
	case plan.ShutSession:
		must(call.Client.IsValid(), "no member: gobgpd would take it for all")
		must(len(call.Message) <= longestMessage &&
			utf8.ValidString(call.Message), "gobgpd would cut the message within a character")
	case plan.OpenSession:
		must(call.Client.IsValid(), "no member: gobgpd would take it for all")
	case plan.Assign, plan.Reset, plan.ResetOut:
		must(call.Client.IsValid(), "no client: gobgpd would take it for all")
	case plan.Mark, plan.Unmark:
		must(call.Mark != "" && strings.Trim(call.Mark, "0123456789abcdefghijklmnopqrstuvwxyz-") == "",
			"gobgpd would read the mark as a pattern")
	case plan.Lock, plan.Unlock:
		must(call.Holder != "", "no holder")
	}
}
