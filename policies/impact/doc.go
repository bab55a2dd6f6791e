// Package impact says what a policy does to real routes, before anything is pushed:
// which paths of which members are refused or changed, what is left without any
// path, by what a listed provider is still reached, and who else loses.
//
//	paths ──► eval (old, new) ──► table ──► report ──► guards
//	                                ▲
//	lists ──► index ────────────────┘  which listing a path belongs to
//
// All paths are looked at once, as they come, and kept in little memory (table):
// what a prefix loses is known only when the last member's paths have been seen. Then
// they stand in order of their prefixes.
//
// The state of a path is what the new policy makes of it as it is announced:
// refused or changed. What differs from the policy that is in force already (old) is
// counted beside it: newly refused, newly changed, released.
//
// Which path a member gets is chosen as the route server does it (choice.go). What members
// are sent that have chosen something for themselves is counted in the same pass (choosers.go).
//
// The package is pure, but for a hint to the kernel about its own memory (pages_linux.go).
package impact
