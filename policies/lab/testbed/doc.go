// Package testbed is the rig of our tests: an exchange of real programs on loopback. Its route
// server is the gobgpd of the module in the folder gobgpd, with the versions of that release, and
// BIRD runs its members. A test judges by the routes that a member holds, not by what a daemon
// reports about itself.
//
// Everything is an ordinary process of the test: no root, no network beyond
// 127.0.0.0/8, nothing left behind when the test ends or dies. Exchanges of
// several tests, or of several test processes, can run at once: each claims a
// /24 of its own. The functions that take a testing.TB fail the test with a text
// that names the object, and must be called from the test's own goroutine.
//
// IPv6 is announced over the IPv4 session (RFC 4760), since there is but one
// IPv6 loopback address.
package testbed
