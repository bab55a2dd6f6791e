// Package build goes from compiled lists to routing policy: Policy turns what filters
// match and the exchange's treatments into a policies.RoutingPolicy.
//
// The import half does for everybody what the exchange does. Where members have chosen
// something for themselves (Choices, PolicyWithChoices), import also tags what the lists
// name, and the export half acts on tags towards these members alone: choices.go has the
// rules. marks.go says how statements tell each other what has been done to a route.
//
// The package is pure, and its result is the same for the same arguments: names of objects
// are made from their contents, so that the same lists always give the same objects.
package build
