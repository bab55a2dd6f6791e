// Package persist keeps our part of a target's own gobgpd.conf equal to what is in force there, so
// that a gobgpd that restarts, or reloads its file, filters from the first update on. It never
// makes gobgpd read the file.
//
// When the file is written (the steps are those of packages plan and apply), and what a crash at
// that moment leaves:
//
//	                        gobgpd runs    the file holds   a restart or a reload gives
//	prepare                 old            old              old
//	live call               new, old out   old              old: as before
//	reset, prove            new, old out   old              old: as before
//	the file is replaced    new, old out   new              new: as after
//	read again, clean       new            new              new: as after
//
// So a restart before the file is replaced leads back, and a restart after that leads to the end;
// there is no third state. (What gobgpd loads from the file has no gate, no lock and no mark.) The
// file is replaced before the old generation is deleted, because nothing may bring that back
// afterwards.
//
// How the operations deal with it:
//
//   - apply, still at work, reads the route server before it cleans up. After a restart
//     with the old file it finds the old policy, and undoes the rest: restored. With the new one it finds the new policy without a gate, and only has to mark it: applied.
//   - recover finds old or new in force, gates or none, and undoes or finishes (package
//     apply). It makes the file equal to what is in force then, whatever it held.
//   - A change that is undone after the file was replaced puts the old policy back into it.
//
// The file is read each time, so that edits of the operator stay. Between the last reading and the
// rename are some microseconds in which a write of another process would be lost: gobgpd.conf has
// no lock.
//
// Before anything is written, and before the first call of a forward change, GoBGP's own code says
// what gobgpd would make of the file (package judge, by File.Judge). A file with which gobgpd would
// not start, or would reject routes, is refused like one that our part cannot be put into.
//
// A file that our part cannot be put into is found before the first call, and a forward change is
// refused. The operations that go back (rollback, clear, recover) do not depend on the file.
package persist
