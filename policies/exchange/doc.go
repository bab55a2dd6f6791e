// Package exchange is what one internet exchange says about listings: who it is,
// which lists it takes, what its treatments do, what is spared, its limits, its
// members with what they have chosen for themselves, and its route servers. Read makes an Exchange of depeer.yaml, Default is
// one that says nothing; Rules is the part that filters.Compile needs, Guard refuses
// what no exchange should put into a route server. Towards adds what a route server knows
// itself: Guard looks at that, too, and Misfits says what of the file it contradicts.
//
// The package reads bytes, no files, and has no clock. An Exchange is valid, is not
// changed once made, and is then safe for concurrent use.
package exchange
