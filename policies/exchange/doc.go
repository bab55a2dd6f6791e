// Package exchange holds the settings of one internet exchange: its identity, the lists
// that it uses, what its treatments do, its protected space, its limits, its members with
// their choices, and its route servers. Read makes an Exchange of depeer.yaml; Default
// returns one with the defaults. Rules returns the part that filters.Compile needs. Guard
// refuses what no exchange should put into a route server. WithFacts adds what a route
// server knows itself: Guard looks at that, too, and Misfits compares it with the file.
//
// The package reads bytes, no files, and has no clock. An Exchange is valid, is not
// changed once made, and is then safe for concurrent use.
package exchange
