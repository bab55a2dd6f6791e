// Package trust says which files depeer acts on: those that nobody else could have written.
//
//	kind      may be written by                          may be read by
//	List      its owner, its group                       anybody
//	Exchange  its owner                                  anybody
//	Secret    its owner                                  its owner, its group
//	State     its owner; no link leads to it             anybody
//	Any       anybody                                    anybody
//
// The owner is root, the caller, or, where root is the caller, the user that called sudo. A group
// with the name or the number of the owner is the owner's private group, and counts as the owner:
// a umask of 002 is usual where groups are private. An access ACL may give the rights of that group
// to others, so a file with one has no private group.
//
// The directory that a file is in must not be one that others may write, unless it is sticky as /tmp
// is: they could put another file of the owner's in its place. Directories further up, and those of
// other users, are not judged: what another user puts in place there belongs to that user, and is
// refused for that. For the same reason a link must belong to the owner.
//
// Every reader of such files opens them here. It reads regular files only, and never waits for a
// pipe.
package trust
