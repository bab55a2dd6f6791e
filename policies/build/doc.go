// Package build goes from compiled lists to routing policy: Policy turns filters and the exchange's
// treatments into a policies.RoutingPolicy.
//
// The import half applies the exchange's treatments, for everybody. If members have made choices
// (Choices, PolicyWithChoices), import also tags the routes of their lists, and the export half acts on
// the tags towards these members alone: choices.go has the rules. marks.go says how a statement tells
// a later one what it has done to a route. steps.go makes the statements of one match.
//
// The package is pure. The same arguments give the same result: names of objects are made from their
// contents, so that the same lists always give the same objects.
package build
