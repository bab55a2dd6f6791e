// Package run keeps route servers as lists ask for, until it is told to end. It does what package
// watch decides: it looks at targets, and operates on them by package operate. Package sources reads
// what lists ask for.
//
//	keeper.go      one target: makes the steps that its watch.Keeper asks for
//	connection.go  reaches it, and passes on what happens to its neighbors
//	look.go        what a Look reads: members.go, past.go, decisions.go, wanted.go, lists.go, file.go
//	act.go         Recover, Repair and Change; outcome.go says what came of them
//	count.go       what becomes of routes
//	order.go       which of several targets is changed when
//	tell.go        the log; told.go has what else is told: metrics, and the service manager
//
// Metrics and service manager are interfaces: a program that embeds the runner brings its own, or none.
package run
