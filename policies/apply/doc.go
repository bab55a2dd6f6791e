// Package apply brings a planned change into a running route server, one call at a
// time: it journals each call before it is made, verifies the outcome by the
// route server's own tables, goes back by itself where that fails, and leads a
// server out of a change that was cut off.
//
//	check    the target is the one that was planned for, as it was then
//	lock     nobody else is at work; and check once more
//	prepare  new sets and statements, inert
//	look     everything stands behind the gate, and the lock is ours   ---+
//	live     one call; then clients' lists, where these change            |
//	reset    the clients whose routes change, one after another           | anything fails:
//	prove    by the route server's tables                                 | undo, until the
//	keep     the file that the route server starts from, where one is     | target says so
//	look     nothing was wiped or edited meanwhile                     ---+
//	clean    the old generation goes, the gate comes off; then sessions of members
//	         are opened and shut, and the mark is set: until the target says that
//	         nothing is left to be done
//	unlock
//
// What is believed:
//
//   - A call that answered, and what is read. After a call whose answer was lost,
//     only the second reading.
//   - No outcome is said before the target has been read once more: Applied and
//     Restored are what it says. Where it cannot be read, the outcome is Partial, and
//     Result.Known says what follows from the calls alone.
//   - Only a reading just before counts for calls that replace or delete: somebody
//     may have reloaded the daemon, which wipes our lock as well.
//
// A change is undone, and one that was cut off finished or undone, from what the
// target says; the journal adds which clients had which lists, and what was in force
// if the daemon has lost it. On these ways back a journal that cannot be written any
// more stops nothing.
//
// Lists of the operator's policies are put back on a road of their own, without a way back:
// lists.go.
//
// What the calls are is package plan's; this package decides when, and whom to
// reset. It speaks to the route server through Daemon, which package gobgp
// implements and tests replace.
package apply
