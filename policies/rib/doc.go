// Package rib is routes as a stream: what members announce, path by path, whatever
// it comes from. Package rib/mrt reads it from dumps, package gobgp from a running
// route server; package impact judges it.
//
// A Source yields a *Path at a time, and reuses its memory for the next one: a
// routing table has millions, and most are looked at once. Keep what Clone returns.
//
// The package is pure.
package rib
