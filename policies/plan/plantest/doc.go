// Package plantest is a model of gobgpd 3.37's policy engine, to test against what
// leads a route server from one policy to another. It makes plan.Calls as the daemon
// does, traps included:
//
//   - adding to a set or gate that is there appends, live; one that is not there
//     is made, also where it was wiped a moment ago
//   - a condition is merged into the statement that is in force; on a name that is
//     not there it leaves a statement in no policy, and a second one is refused
//   - a statement whose name is taken is refused, and those before it in the same
//     call stay registered; a policy that is not defined is made, assigned to nobody
//   - what is taken out of a policy stays registered, and what is in use cannot be
//     deleted
//   - routes that are held already stay as they are until their announcer is reset
//   - a member is sent a path when its best one changes, and it is taken back only where
//     export refuses the new one and lets the old one through as it is now; with
//     secondary-route, a member is sent the best path that export lets through
//   - a client whose list and default say nothing has all its routes rejected
//   - a session that is shut stays so over a reload, and comes up on a restart
//
// In one thing it is stricter than the daemon: a set that a statement in no policy
// refers to cannot be deleted either, so that no order of calls depends on it.
//
// The tests of package gobgp hold the model and the real daemon together.
package plantest
