// Package bench measures what a change costs a route server and its members, with
// the built command against the real gobgpd, beside what the same change costs by
// other means. It has benchmarks only:
//
//	go test ./policies/apply/bench -run '^$' -bench Members -benchtime 5x -timeout 1h
//
// Machines differ, and are busy with other things: each round measures all ways one
// after another, what is reported are medians, and what counts are the ratios.
package bench
