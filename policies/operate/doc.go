// Package operate holds what an operator does to a route server, apart from how it is asked
// for and shown: no flags, no printing, no exit codes.
//
//	lists (package wanted) ─► Draft ─► Apply ─► Confirm, or Guard takes it back
//	                          Clear ─┘   │
//	                          Repair ┘   ▼
//	history (package journal) ◄───── an entry ─► Rollback, Recover
//
// An Operator has what all operations need: a connection to a route server (Dial), the history
// (Store), the exchange file (Exchange), and the user's name (By). Options are structs; questions to
// a person are functions in them (Approve). InOrder applies plans to several targets, one after
// another. Status, Impact and Explain only read.
//
// Every failure is an Error: its Kind says what it means for the route server, its Name is for
// programs, and its Hint is the command to go on with. A Reporter gets what an operation tells while
// it runs.
//
// The target is the truth, and the history of this machine only names it. Three things are
// kept apart: what is in force, read from the target by content (Look); what history expects
// to be in force, the last entry that took effect (TookEffect); and what lists ask for.
//
// What operations need of a route server is the interface Daemon: another driver is one package
// that implements it, and one function for Dial. Package watch runs the parts of operations by
// itself: DraftFor, PutBack, Lock, Change, Resume, LeadOut.
package operate
