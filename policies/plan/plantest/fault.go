package plantest

import (
	"depeer/policies/plan"
)

// Fault is what goes wrong with one call.
type Fault uint8

const (
	Healthy  Fault = iota
	Unsent         // nothing is done: plan.ErrUnreachable
	Refusing       // nothing is done: plan.ErrRefused
	Lost           // it is done, and its answer lost: plan.ErrUnknown
	Dropped        // it is not done, and never will be: plan.ErrUnknown
	Late           // it is done only before the next reading: plan.ErrUnknown
	Later          // it is done only after the next reading: plan.ErrUnknown
)

// OnCall has f decide about each writing call from now on; n is how many were made
// before it. f must not call the Model. nil is a healthy route server.
func (m *Model) OnCall(f func(n int, c plan.Call) Fault) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fault = f
}
