// Package rib is routes as a stream: the paths that members announce, one by one, from
// any source. Package rib/mrt reads them from dumps, package gobgp from a running
// route server; package impact judges them.
//
// A Source yields a *Path at a time, and reuses its memory for the next one: a
// routing table has millions, and most are looked at once. Keep what Clone returns.
//
// The package is pure.
package rib
