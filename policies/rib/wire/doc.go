// Package wire reads the attributes of BGP paths as they stand in an UPDATE
// message (RFC 4271, 4.3; RFC 1997; RFC 4760; RFC 6793; RFC 8092). It is the one
// reader of them: package mrt gives it the entries of a dump, package gobgp the
// attributes that a running route server lists in binary form.
//
// ReadPath is for octets from anywhere, and as strict as a router that gets them
// (RFC 7606). Attributes is for octets from a daemon that has checked them, and
// reads no more than it is asked for.
//
// The package is pure. Nothing is allocated for a path beyond what grows in the
// memory that the caller lends.
package wire
