// Package operate holds what an operator does to a route server, apart from how it is asked
// for and shown: no flags, no printing, no exit codes.
//
//	lists (package wanted) ─► Draft ─► Apply ─► Confirm, or Guard takes it back
//	                          Clear ─┘   │
//	                          Repair ┘   ▼
//	history (package journal) ◄───── an entry ─► Rollback, Recover
//
// An Operator has what all operations need: how a route server is reached (Dial), where the
// history is (Store), what is read of the exchange file, and who is at work. Options are
// structs; questions to a person are functions in them (Approve). InOrder does to several
// targets, one after another, what Apply does to one. Status, Impact and Explain only read.
//
// What goes wrong is an Error: its Kind says what it means for the route server, its Name is
// for programs, and its Hint is the command to go on with. What is said while an operation runs
// goes to a Reporter.
//
// The target is the truth, and the history of this machine only names it. Three things are
// kept apart: what is in force, read from the target by content (Look); what history expects
// to be in force, the last entry that took effect (TookEffect); and what lists ask for.
//
// What operations need of a route server is the interface Daemon: another driver is one package
// that implements it, and one function for Dial. Package watch runs the parts of operations by
// itself: DraftFor, PutBack, Lock, Change, Resume, LeadOut.
package operate
