package view

import (
	"cmp"
	"slices"

	"depeer/policies/impact"
)

// mostTreated returns members, those with most that is treated or lost first.
func mostTreated(all []impact.Member) []impact.Member {
	return sortStable(all, func(a, b impact.Member) int {
		return cmp.Or(cmp.Compare(b.Refused, a.Refused), cmp.Compare(b.Changed, a.Changed),
			cmp.Compare(b.Released, a.Released), cmp.Compare(b.Lost, a.Lost))
	})
}

// mostDeciding returns providers, those that decide about most routes first.
func mostDeciding(all []impact.Provider) []impact.Provider {
	return sortStable(all, func(a, b impact.Provider) int {
		return cmp.Or(cmp.Compare(b.Refused, a.Refused), cmp.Compare(b.Changed, a.Changed))
	})
}

func sortStable[T any](list []T, compare func(a, b T) int) []T {
	list = slices.Clone(list)
	slices.SortStableFunc(list, compare)
	return list
}
