// Package cli is what users type: one file for each command, with its flags, a struct of
// arguments and a run function.
//
// Commands load their lists (lists.go) and their target (target.go), ask package operate to
// do the work, and hand the result to a view. They return errors. Only Run turns an error
// into words on stderr and an exit code (exit.go).
package cli
