// Package journal records on disk what was done to route servers: each call before it is made, who
// made it and from which plan, and how it ended. It also holds the lock of this machine, and what
// waits for a confirmation.
//
// The state directory (0700, its files 0600), and what happens to a file in it that cannot be read
// (of another version, damaged, or not ours). depeer names such a file, and goes on:
//
//	targets/<target>/            a readable part of the address, and a digest of all of it
//	    lock                     flock(2) of the working process, and its name
//	                             unread: the lock is the kernel's all the same
//	    000012-<plan>.jsonl      one apply: a line per event, in order; each has its version
//	                             unread: Record.Unread; neither finished nor cut off. The gate
//	                             and the lock in the daemon say whether a change stands half-way
//	    000012-<plan>.plan.gz    the plan that it applied: a plan file, compressed
//	                             unread: what the entry left is not known
//	    pending.json             what is to be confirmed, and until when; has a version
//	                             unread: something waits, until it is set aside (SetAside)
//	    pending.json.unread-1    set aside
//	    policy-lists.json        the operator's lists of policies, as they were last seen
//	                             unread: nothing is remembered of them
//	feeds/<digest>.feed          copies of feeds, of package feed; have a version
//	                             unread: asked again
//	guard.log                    what guardians of confirmations have said; never read
//
// depeer does not act on an entry that is older than one that cannot be read: it restores nothing
// and opens no session because of it.
//
// Rules:
//
//   - A call is on disk, synced, before Intend returns; if it cannot be written it must not be
//     made. Begin reserves space, so that a disk that fills up later does not stop an apply that
//     has begun: zeros behind the last line, until the end.
//   - Formats are read by tables of readers, by version (format.go). A new version is a new reader.
//   - The last line of a file may be torn: a process or a machine died while writing it. Readers
//     ignore it, and writers cut it off before they append. With any other damage, the entry
//     cannot be read.
//   - The lock is the kernel's: a dead process releases it. It leaves its name in the file, and an
//     entry without an end.
//
// A Store is safe for concurrent use, by several processes as well; a Lock and its
// Entry belong to one goroutine.
package journal
