// Package counted remembers which refused routes a plan has counted, so that guards do
// not count again what a listed network announces later.
//
// Without it, a listed network could veto its own depeering: more specifics that it
// announces between plan and apply take the count over the limit that was held, or over
// what a person has allowed. So of the routes that a member announces for a provider
// counted from it, these do not count again:
//
//   - of a prefix entry, more specifics of the routes that were counted;
//   - of an ASN entry, whatever prefix.
//
// All else counts: another member, another provider, another prefix.
//
// In the way of the data, package impact fills Routes while it looks at routes, a plan
// keeps it, and apply and the next plan ask it. It is pure.
package counted
