// Package metrics keeps the numbers of a watch, and serves them to Prometheus, with a
// word on how each target stands. Whoever wants to know how old a list or a feed is
// subtracts its time stamp from time(): an age that is computed where it is served stands
// still with a watch that does.
//
// Names are part of the interface: they are added, never changed.
package metrics
