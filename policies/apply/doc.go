// Package apply brings a planned change into a running route server, one call at a
// time: it journals each call before it is made, verifies the outcome by the
// route server's own tables, goes back by itself where that fails, and leads a
// server out of a change that was cut off.
//
// What the calls are is package plan's; this package decides when, and whom to
// reset. It speaks to the route server through Daemon, which package gobgp
// implements and tests replace.
package apply
