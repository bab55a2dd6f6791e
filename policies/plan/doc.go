// Package plan is the change of a route server's policy, as data: a model of
// what the daemon holds (State), and the ordered calls that lead from it to another
// policy (To), to nothing (Clear), or out of a change that was cut off (Recover). It
// also says what has drifted (Drift), how much a change changes (Summary, Sizes), and
// what a plan file is.
//
// A change is a new generation of all our import statements. It is put in inert,
// behind a gate, and one single call lets it in and the old generation out:
//
//	         old statements             new statements
//	before   always                     (not there)
//	hold     INVERT gate: always        (not there)
//	add      INVERT gate: always        ANY gate: never
//	open     INVERT gate: never         ANY gate: always      <- the only live call
//	take     (not there)                ANY gate: always
//	release  (not there)                always
//
// What members have chosen for themselves is done by export statements, which stand
// outside the gate: exports.go has their rules.
//
// The gate is a neighbor-set. Closed, it holds two host addresses that no member
// has; opened, all addresses of both families, too. It is never empty, because
// gobgpd takes an empty neighbor-set for everybody.
//
// Sessions of members that are listed themselves come last, when the new policy is
// proven: until then nobody is cut off, and an undo has no session to bring back. They are
// opened before others are shut. What is about to be done is noted in the daemon before
// the live call, in one call for all sessions, so that whoever recovers finds it: the rules
// stand in package session.
//
// What clients' lists of policies hold beside ours is the operator's. It is held against what
// was last seen of it, since a reload can lose it, and is put back by calls of their own:
// lists.go has the rules.
//
// The package is pure: it makes no calls, and knows no GoBGP, no files and no
// clock. Package gobgp reads a State and makes Calls, package apply decides when.
package plan
