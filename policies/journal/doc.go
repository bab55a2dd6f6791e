// Package journal keeps on disk what was done to route servers: each call before
// it is made, who made it and from which plan, and how it ended. It also holds the lock
// of this machine, and what waits for a confirmation.
//
// The state directory (0700, its files 0600):
//
//	targets/<target>/            a readable part of the address, and a digest of all of it
//	    lock                     flock(2) of whoever is at work, and who that is
//	    000012-<plan>.jsonl      one apply: a line per event, in order
//	    000012-<plan>.plan.gz    the plan that it applied: a plan file, compressed
//	    pending.json             what is to be confirmed, and until when
//	    policy-lists.json        the operator's lists of policies, as they were last seen
//
// Rules:
//
//   - A call is on disk, synced, before Intend returns; if it cannot be written it
//     must not be made. Begin sets space aside, so that a disk that fills up meanwhile
//     does not stop what has begun: zeros behind the last line, until the end.
//   - The last line of a file may be torn: a process or a machine died while writing
//     it. It is left out in reading, and cut off before anything is written behind it.
//     Any other damage is an error.
//   - The lock is the kernel's: a process that dies lets go of it. What it leaves is
//     its name in the file, and an entry without an end.
//
// A Store is safe for concurrent use, by several processes as well; a Lock and its
// Entry belong to one goroutine.
package journal
