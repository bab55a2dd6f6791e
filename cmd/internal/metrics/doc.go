// Package metrics keeps the metrics of a watch, and serves them to Prometheus, with the
// state of each target. It serves the time stamp of a list or a feed, not its age: a query
// subtracts it from time(). An age would stop growing when the watch hangs.
//
// Names are part of the interface: they are added, never changed.
package metrics
