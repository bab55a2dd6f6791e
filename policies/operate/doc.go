// Package operate holds what an operator does to a route server, apart from how it is asked
// for and shown: no flags, no printing, no exit codes.
//
// The target is the truth, and the history of this machine only names it. Three things are
// kept apart: what is in force, read from the target by content (Look); what history expects
// to be in force, the last entry that took effect (TookEffect); and what lists ask for.
package operate
