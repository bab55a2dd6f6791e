// Package length foretells which routes are too long for the messages in which gobgpd 3.37
// sends them, once a policy has changed them.
//
//	attributes of an IPv4 route, as gobgpd counts them      towards an add-path receiver
//	  up to 4,068   sent                                     up to 4,064
//	  4,069-4,077   not sent                                 4,065-4,081
//	  4,078 ...     the daemon ends (osrg/gobgp#2629)        4,082 ...
//
// It looks at what it sends as well: a message has at most 4,096 bytes, 23 of them before the
// attributes, and the prefix is in it. A route that is not sent is not withdrawn either:
// members keep the one that they had. The facts are held by TestFactLength and its sisters in
// policies/lab/testbed.
//
// What is said is about each path as if it were sent: which one a member gets is decided
// among all of them. What the operator's policies behind ours add is not known here. Where
// gobgpd counts less than it sends, it may put so many prefixes of like attributes into one message
// that it cannot send that one: this depends on what it sends together, and is not foretold.
//
// The package is pure. What a route's attributes become is policies/eval's to say.
package length
