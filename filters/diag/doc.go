// Package diag holds what is said about something a user wrote: where it
// stands, how grave it is, a stable code, a message and a hint.
//
// Readers collect every complaint in a List and go on, so that a user sees all
// of them at once. The package knows nothing of YAML, lists or policies.
package diag
