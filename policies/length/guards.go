package length

import (
	"depeer/policies/guard"
)

// Guards returns the guard's answer for each member that announces such a route, about the longest
// one. It returns none if there is no such route.
func (r Report) Guards() []guard.Result {
	var out []guard.Result
	at := make(map[string]int)
	for _, route := range r.Ending {
		member := route.Member
		i, known := at[member.String()]
		if !known {
			i = len(out)
			at[member.String()] = i
			result := guard.Get(guard.UpdateLength).Judge(guard.Measure{Value: route.Bytes,
				Free: room + longestPrefix - 1})
			result.Member = &member
			out = append(out, result)
		}
		if out[i].Prefix == nil || route.Bytes > out[i].Value {
			prefix := route.Prefix
			out[i].Value, out[i].Prefix = route.Bytes, &prefix
		}
	}
	return out
}
