package length

import (
	"depeer/policies/guard"
)

// Guards returns what the guard on routes that would end the daemon says of each member that
// announces one, about the longest: it always refuses. It has no override, and it asks about
// nothing else: a listed network decides how long its routes are, and must have no veto
// against its own treatment.
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
