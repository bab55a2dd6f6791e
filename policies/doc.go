// Package policies is routing policy in GoBGP's (OpenConfig's) words: defined
// sets, statements with conditions and actions, policies that list statements.
//
// It is the model that the second half of the way of the data shares. Package build makes a
// RoutingPolicy from compiled lists. Package eval says what it means for a route, package
// gobgpconf writes it as gobgpd configuration, and packages plan, apply and gobgp bring it into
// a running daemon. Names of sets and statements are made from their contents (name.go).
//
// The package is pure: it knows no GoBGP, no files and no clock.
package policies
