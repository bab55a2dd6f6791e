// Package run keeps route servers as lists ask for, until it is told to end. It does what package
// watch decides: it reads lists and feeds, looks at targets, and changes them by package operate.
// It says in the log what it does, and tells metrics and a service manager, which it is given.
package run
