// Package plan is the change of a route server's policy, as data: a model of what the daemon holds
// (State), and the ordered calls that lead from it to another policy (To), to nothing (Clear), or out of
// a change that was cut off (Recover). It also computes drift (Drift) and the size of a change (Summary,
// Sizes), and reads and writes plan files.
//
// A change adds a new generation of all our import statements. It adds them behind a closed gate, where
// they do nothing. One single call then puts the new generation in force, and the old one out of force:
//
//	         old statements             new statements
//	before   always                     (not there)
//	hold     INVERT gate: always        (not there)
//	add      INVERT gate: always        ANY gate: never
//	open     INVERT gate: never         ANY gate: always      <- the only live call
//	take     (not there)                ANY gate: always
//	release  (not there)                always
//
// Export statements apply members' choices. They stand outside the gate: exports.go has their rules.
//
// The gate is a neighbor-set. A closed gate holds two host addresses that no member has. An open one also
// holds all addresses of both families. It is never empty, because gobgpd takes an empty neighbor-set
// for all neighbors.
//
// Sessions of members that are listed themselves come last, after the new policy is proven. Until then no
// member is cut off, and an undo has no session to open. Sessions are opened before others are shut
// down. A note in the daemon says what is about to be done. One call before the live call makes the notes
// of all sessions, so that any recovery finds them: package session has the rules.
//
// All other policies in clients' lists are the operator's. A reload can lose them, so that the package
// compares them with what was last seen, and puts them back by calls of their own: lists.go has the rules.
//
// The package is pure: it makes no calls, and knows no GoBGP, no files and no
// clock. Package gobgp reads a State and makes Calls, package apply decides when.
package plan
