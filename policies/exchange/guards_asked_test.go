package exchange

import (
	"slices"
	"testing"

	"depeer/filters/strict"
	"depeer/policies/guard"
)

// The registry and what this package does for guards are of one mind.
func TestEveryGuardOfListsIsAsked(t *testing.T) {
	for _, g := range guard.Registry {
		asked := slices.ContainsFunc(listGuards, func(l listGuard) bool { return l.code == g.Code })
		if asked != (g.Looks == guard.AtLists) {
			t.Errorf("%s is asked of lists: %t", g.Code, asked)
		}
		if g.Limit != "" && !slices.ContainsFunc(limitFields,
			func(f strict.Field[Limits]) bool { return f.Key == g.Limit }) {
			t.Errorf("the exchange file has no limit %s", g.Limit)
		}
		_, known := DefaultLimits().Overridable()[g.Limit]
		if known != (g.Flag != "" && g.Limit != "") {
			t.Errorf("the limit %q of %s is among those that can be overridden: %t", g.Limit, g.Code, known)
		}
	}
	for _, l := range listGuards {
		guard.Get(l.code) // panics where there is none
	}
}
