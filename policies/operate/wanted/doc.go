// Package wanted reads what is wanted of route servers: the exchange file, the lists that it or a
// command line names, and the copies of feeds. It compiles them for a moment, and collects all
// that is wrong with them as diagnostics.
//
//	Files ──► Reader.Load ──► Input ──Compile──► Input.Policy
//
// A reading may keep what was last good of each file (LastGood): package watch goes on with it
// while a file is broken.
package wanted
