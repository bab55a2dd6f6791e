// Package cli is what users type: one file a command, each with its flags, an
// arguments struct and a run function.
//
// Commands load their input (input.go), let the packages below do the work, and
// hand the result to a view. They return errors; only Run turns an error into
// words on stderr and an exit code (exit.go).
package cli
