// Package length predicts which routes are too long for the messages in which gobgpd 3.37 sends
// them, after a policy has changed them.
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
// The report treats each path as if it were sent; the best-path decision picks which one a member
// gets. What the operator's policies behind ours add is not known here. Where gobgpd counts less
// than it sends, it may put so many prefixes of like attributes into one message that it cannot
// send that one: this depends on what it sends together, and is not foretold.
//
// The package is pure. What a route's attributes become is policies/eval's to say.
package length
