package run

import (
	"time"

	"depeer/policies/impact"
	"depeer/policies/plan"
	"depeer/policies/watch"
	"depeer/policies/watch/sources"
)

// Metrics are told numbers, from several goroutines at once.
type Metrics interface {
	sources.Metrics
	// Target returns what is told the numbers of a target, which is not reached yet.
	Target(name string) TargetMetrics
}

// TargetMetrics are told the numbers of one target.
type TargetMetrics interface {
	// Stands tells how the target stands, and why.
	Stands(state watch.State, why string)
	// Looked tells what a look has found.
	Looked(*plan.State)
	// Lost tells that the target is not reached any more.
	Lost()
	// File tells whether the file that the target is started from is in step.
	File(inStep bool)
	// Guards tells which guards refuse what lists ask for. asked: they were asked just now.
	Guards(codes []string, asked bool)
	// Made tells what was done, and how it ended.
	Made(at time.Time, action, outcome string, took time.Duration)
	// Failed tells of an attempt that did not come to a good end.
	Failed(action string)
	// Counted tells what becomes of routes.
	Counted(at time.Time, r *impact.Report)
	// Polluted tells which members have routes that are treated already, or announced so.
	Polluted([]impact.Polluted)
	// Lengths tells how many treated paths are near the length that is sent, and how many are over it.
	Lengths(near, notDelivered int)
}

// Manager is the service manager, which is told how the program does.
type Manager interface {
	// Ready tells that the program has begun to do what it is for.
	Ready() error
	// Status tells in a line what it is at.
	Status(text string) error
	// Alive tells that all its parts move.
	Alive() error
	// Stopping tells that it is about to end.
	Stopping() error
}
