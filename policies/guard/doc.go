// Package guard is the one registry of guards: what each refuses, the limit that it holds a
// value against, the override that lets it pass, and the unit of both.
//
// Guards are asked where what they look at is known: of lists and the exchange file in
// package exchange, of the size of a change, of sessions and members in package plan, of
// routes in packages impact and length. Each asker measures a value and has the guard Judge it.
// Flags, their help, metrics and README's table come from the registry; a test at the
// command line holds that no guard is left out of them.
//
// The package is pure.
package guard
