package plan

import (
	"slices"

	"depeer/policies"
)

// DefaultRefuses stands for the default of a client's import list among its Refusers.
const DefaultRefuses = "default reject-route"

// Refusers returns the operator's policies that can refuse routes of a client on import, in the order of its
// list, and DefaultRefuses if its default refuses. It returns nil if none can. It does not look whether
// their conditions match any route.
func (s *State) Refusers(c Client) []string {
	var out []string
	list := slices.DeleteFunc(slices.Clone(c.Import.Policies), func(name string) bool {
		return name == policies.ImportPolicy
	})
	ended := false
	for _, o := range s.statementsAsked(list, c) {
		if o.Decision == Reject && !slices.Contains(out, o.policy) {
			out = append(out, o.policy)
		}
		ended = o.endsList()
	}
	if !ended && c.Import.Default != Accept {
		out = append(out, DefaultRefuses)
	}
	return out
}
