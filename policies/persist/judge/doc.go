// Package judge asks GoBGP's own code what gobgpd would make of a gobgpd.conf: a start
// with it, and a reload (SIGHUP) of it. Nothing of gobgpd's checks is written again here.
//
// The file is loaded by the configuration package of GoBGP 3.37 into a server of the same
// module that neither listens nor dials: no port, every neighbor administratively down, no
// Zebra, RPKI, BMP or MRT, no resolver. What that server then holds is read back and
// compared with what the file means, because the configuration code throws away most of
// its errors: only what is held tells.
//
// It runs in a process of its own (Serve), with a deadline and a bound on memory: the
// module has global state, and dies of some files.
//
//	Judge.Ask ──► process: Serve ──► read, load (engine) ──► compare (meaning), narrow down (locate)
//	    ▲                                                          │
//	    └──────────── Answer: what a start and a reload hold, and problems with their places ◄┘
//
// Of a statement it is told whether each condition and action of the file is there, for
// gobgpd keeps one without those that it does not know; not whether a list in it is whole.
//
// Zebra, RPKI, BMP and MRT are not judged. What cannot be told here: whether an address or
// an interface exists on the machine of the daemon, and what a name resolves to. A host name
// counts as one that does not resolve.
package judge
