// Package persist keeps our part of a target's own gobgpd.conf in step with what is in
// force there, so that a gobgpd that is started anew, or reloads its file, comes up
// filtered by itself, from the first update on. It never has gobgpd read the file.
//
// When it is written (the steps are those of packages plan and apply), and what there is
// if everything stops at that moment:
//
//	                        gobgpd runs    the file holds   a restart or a reload gives
//	prepare                 old            old              old
//	live call               new, old out   old              old: as before
//	reset, prove            new, old out   old              old: as before
//	the file is replaced    new, old out   new              new: as after
//	read again, clean       new            new              new: as after
//
// So before the file is replaced a restart is one more way back, and from then on it is
// one more way to the end; as ever, nothing is a third. (What gobgpd loads from the file
// has no gate, no lock and no mark.) It is replaced before the old generation is
// deleted, because from there on nothing is to bring that back.
//
// What the others make of it:
//
//   - apply, still at work, reads the route server before it cleans up. After a restart
//     with the old file it finds the old policy, and undoes the rest: restored. With the
//     new one it finds the new policy without a gate, and has nothing left but to mark
//     it: applied.
//   - recover finds old or new in force, gates or none, and undoes or finishes (package
//     apply). It puts the file in step with what is in force then, whatever it held.
//   - A change that is undone after the file was replaced has the old policy put back
//     into it.
//
// The file is read anew each time, so that what the operator has written meanwhile stays.
// Between its last reading and the rename are some microseconds in which somebody else's
// write would be lost: gobgpd.conf has no lock.
//
// Before anything is written, and before the first call of a forward change, GoBGP's own
// code says what gobgpd would make of the file (package judge, by File.Judge): one that
// would not come up, or would reject, is refused as one that our part cannot be put into.
//
// A file that our part cannot be put into is found before the first call, and a forward
// change is refused. The ways back (rollback, clear, recover) do not wait for a file.
package persist
