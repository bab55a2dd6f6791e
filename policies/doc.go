// Package policies is routing policy in GoBGP's (OpenConfig's) words: defined
// sets, statements with conditions and actions, policies that list statements.
//
// It is the second room of the way of the data: Build turns what filters match
// and the exchange's treatments into a RoutingPolicy. What a RoutingPolicy means
// for a route is said by package eval; package gobgpconf writes it as gobgpd
// configuration; packages plan, apply and gobgp bring it into a running daemon.
//
// The import half does for everybody what the exchange does. Where members have chosen
// something for themselves (Choices, BuildWith), import also tags what the lists name, and
// the export half acts on tags towards these members alone: choices.go has the rules.
//
// The package is pure: it knows no GoBGP, no files and no clock.
package policies
