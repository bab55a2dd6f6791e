// Package testbed is the rig of our tests: an exchange of real programs on
// loopback, with the gobgpd that go.mod names as its route server and BIRD as
// its members. What a test says here is said by the routes that a member holds,
// not by what a daemon says about itself.
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
