// Package eval is the meaning of a policy: what it does to one route.
//
// Renderer, applier and impact all agree with it. It computes what gobgpd 3.37
// computes (internal/pkg/table/policy.go and path.go of that version); the
// differential test of this package holds the two together. What it knows of the
// engine:
//
//   - In a prefix set the engine looks only at the longest prefix of an entry that covers the route,
//     with all its ranges. INVERT is false for the other family.
//   - The fast forms of AS path patterns read an AS_SET as 0, and match nothing in
//     an empty path.
//   - Later statements see what earlier ones changed. Of what conditions look at,
//     only large communities change: prepending the leftmost AS moves neither end
//     of the path, and brings no AS into it.
//   - Communities are appended, also where they are there already; removing takes
//     all that match. Nothing is prepended to a path that is empty or starts with
//     an AS_SET.
//
// Evaluator is the import half, which decides for every member; Exporter is the export half, which
// acts for one member.
//
// The package is pure. An Evaluator is immutable, and safe for concurrent use.
package eval
