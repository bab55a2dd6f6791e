package run

import (
	"strings"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

// recallLists returns state with the operator's lists of policies as they were last seen. It logs what
// they have lost, and remembers them where they have lost nothing.
func (k *keeper) recallLists(state *plan.State) *plan.State {
	address := k.target.Address
	state, unknown := operate.RecallLists(k.Store, address, state)
	var problems []string
	cure := operate.CureOfLostLists(address)
	if rejected := state.Rejected(); len(rejected) > 0 {
		problems = append(problems, operate.DescribeObstacles(rejected))
		if len(state.LostLists()) == 0 {
			cure = operate.CureOfRejecting(address)
		}
	}
	for _, l := range state.LostLists() {
		problems = append(problems, l.Client.String()+": "+l.String())
	}
	_, err := operate.RememberLists(k.Store, address, state)
	said := strings.Join(problems, ". ")
	switch {
	case len(problems) > 0 && said != k.lists:
		k.log.Error("policies of yours are gone from clients' lists: nothing is changed until that is settled", "lists",
			len(state.LostLists()), "problem", said, "hint", cure)
	case len(problems) > 0:
	case len(unknown) > 0:
		if said = unknown[0].String(); said != k.lists {
			k.log.Warn("lists of policies are not remembered", "problem", said)
		}
	case err != nil:
		if said = err.Error(); said != k.lists {
			k.log.Warn("lists of policies are not remembered", "problem", said)
		}
	case k.lists != "":
		k.log.Info("lists of policies are as they were last seen")
	}
	k.lists = said
	return state
}
