// Package choice foresees what members are sent who have chosen something for
// themselves. A route server that runs gobgpd 3.37 cannot be asked afterwards: it keeps no
// Adj-RIB-Out. So all of it is expected, and nothing of it verified.
//
// It looks at all paths twice. The first time it finds out which of them get tags, and
// whose; the second time, at all paths to the prefixes of these, what becomes of the choice
// between them:
//
//	                                 without secondary-route   with secondary-route
//	the best path is refused         nothing: withheld,        the best of those that
//	                                 where another is there    are not refused
//	the best path is changed         it                        it
//
// The package is pure. The choice between paths is rib.Preference.
package choice
