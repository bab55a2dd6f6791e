// Package diag holds diagnostics about what a user wrote: a position, a severity, a stable
// code, a message and a hint.
//
// Readers collect every diagnostic in a List and go on, so that a user sees all of them at
// once. The package knows nothing of YAML, lists or policies.
package diag
