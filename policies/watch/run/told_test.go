package run_test

import (
	"time"

	"depeer/filters"
	"depeer/policies/impact"
	"depeer/policies/plan"
	"depeer/policies/watch"
	"depeer/policies/watch/run"
)

// unmeasured are told numbers, and keep none.
type unmeasured struct{}

func (u unmeasured) Target(string) run.TargetMetrics             { return u }
func (unmeasured) Lists(time.Time, []*filters.Listing, int)      {}
func (unmeasured) FeedFetched(string, time.Time)                 {}
func (unmeasured) FeedFailed(string)                             {}
func (unmeasured) FeedGone(string)                               {}
func (unmeasured) Stands(watch.State, string)                    {}
func (unmeasured) Looked(*plan.State)                            {}
func (unmeasured) Lost()                                         {}
func (unmeasured) File(bool)                                     {}
func (unmeasured) Guards([]string, bool)                         {}
func (unmeasured) Made(time.Time, string, string, time.Duration) {}
func (unmeasured) Failed(string)                                 {}
func (unmeasured) Counted(time.Time, *impact.Report)             {}
func (unmeasured) Polluted([]impact.Polluted)                    {}
func (unmeasured) Lengths(int, int)                              {}

// unmanaged is a service manager that does not listen.
type unmanaged struct{}

func (unmanaged) Ready() error        { return nil }
func (unmanaged) Status(string) error { return nil }
func (unmanaged) Alive() error        { return nil }
func (unmanaged) Stopping() error     { return nil }
