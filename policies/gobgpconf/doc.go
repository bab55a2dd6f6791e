// Package gobgpconf writes a policies.RoutingPolicy as gobgpd configuration: TOML,
// YAML or JSON, byte for byte the same for the same policy; the anchor that an
// operator pastes once; and, for TOML, our part into a gobgpd.conf that exists.
//
// It is one end of the way of the data: what build.Policy made, in the words that
// gobgpd 3.37 reads from a file. The keys are those of its source
// (pkg/config/oc), not those of its documentation, which is wrong in places: a
// community option in capital letters is always read as "add".
//
// The package reads and writes no files, and all its functions are pure and safe
// for concurrent use.
package gobgpconf
