package length

import "depeer/policies"

// CodeUpdateLength is the code of the guard on routes that would end the daemon. It has no
// override, and it asks about nothing else: whoever is listed decides how long its routes
// are, and must have no veto against its own treatment.
const CodeUpdateLength = "guard-update-length"

// Guards returns the guard's answer for each member that announces such a route, about the
// longest: none, or no.
func (r Report) Guards() []policies.Answer {
	var out []policies.Answer
	at := make(map[string]int)
	for _, route := range r.Ending {
		member := route.Member
		i, known := at[member.String()]
		if !known {
			i = len(out)
			at[member.String()] = i
			out = append(out, policies.Answer{Code: CodeUpdateLength, Limit: room + longestPrefix - 1, Member: &member})
		}
		if route.Bytes > out[i].Value {
			prefix := route.Prefix
			out[i].Value, out[i].Prefix = route.Bytes, &prefix
		}
	}
	return out
}
