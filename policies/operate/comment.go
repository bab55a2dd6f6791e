package operate

import (
	"depeer/policies/plan"
)

// CommentOn is what stands above a configuration: the lists that it comes from. It has no date
// of its own, so that the same input gives the same bytes.
func CommentOn(lists []plan.ListRef) []string {
	if len(lists) == 0 {
		return nil
	}
	lines := []string{"From:"}
	for _, l := range lists {
		lines = append(lines, "  "+describeRef(l))
	}
	return lines
}
