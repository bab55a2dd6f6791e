// Package apply makes a planned change on a running route server, one call at a time. It journals each
// call before it makes it, proves the outcome by the route server's own tables, undoes a change that fails,
// and recovers a server from a change that was cut off.
//
//	check    the target is the one of the plan, in the state of the plan
//	lock     no other process is at work; then check again
//	prepare  new sets and statements, inert
//	look     everything stands behind the gate, and the lock is ours   ---+
//	live     one call; then clients' lists, if these change               |
//	reset    the clients whose routes change, one after another           | on any failure:
//	prove    by the route server's tables                                 | undo, until the
//	keep     the file that the route server starts from, if there is one  | target says so
//	look     the target was neither wiped nor edited meanwhile         ---+
//	clean    delete the old generation and the gate; then open and shut down sessions of
//	         members, and set the marker; until the target says that nothing is left
//	unlock
//
// What apply relies on:
//
//   - A call that was answered, and a reading. After a lost answer, only the second reading.
//   - The target is read again before any outcome is reported: Applied and Restored are what it holds. If it
//     cannot be read, the outcome is Partial, and Result.Known says what follows from the calls alone.
//   - Calls that replace or delete need a reading just before: a reload of the daemon may have wiped
//     its policy, and our lock.
//
// Undo and recovery follow what the target holds. The journal adds which clients had which lists, and what
// was in force if the daemon has lost it. A journal that cannot be written stops neither of them.
//
// Lists of the operator's policies are put back by steps of their own, without an undo: lists.go.
//
// Package plan says what the calls are. This package decides when to make them, and which clients to reset.
// It speaks to the route server through Daemon, which package gobgp implements and tests replace.
package apply
