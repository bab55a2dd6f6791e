package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// Target are the metrics of one target.
type Target struct {
	m    *Metrics
	name string
}

// Target returns the metrics of a target, which is not reached yet.
func (m *Metrics) Target(name string) *Target {
	t := &Target{m, name}
	t.Stands(watch.Unreachable, "")
	m.lost.WithLabelValues(name).Add(0)
	return t
}

// Stands sets the state of the target, and why it is so.
func (t *Target) Stands(state watch.State, why string) {
	for _, s := range watch.States() {
		value := 0.0
		if s == state {
			value = 1
		}
		t.m.state.WithLabelValues(t.name, s.String()).Set(value)
	}
	t.m.health.noteState(t.name, state, why)
}

// Looked sets the metrics of what a look has found.
func (t *Target) Looked(s *plan.State) {
	prefixes, paths := 0, 0
	inForce := s.InForce()
	for _, entries := range policies.SetsOf[policies.Prefixes](inForce) {
		prefixes += len(entries)
	}
	for _, patterns := range policies.SetsOf[policies.ASPaths](inForce) {
		paths += len(patterns)
	}
	t.m.entries.WithLabelValues(t.name, "prefix").Set(float64(prefixes))
	t.m.entries.WithLabelValues(t.name, "as-path").Set(float64(paths))
	up, down := 0, 0
	for _, c := range s.Clients {
		switch {
		case !c.RouteServer:
		case c.Up:
			up++
		default:
			down++
		}
	}
	t.m.members.WithLabelValues(t.name, "up").Set(float64(up))
	t.m.members.WithLabelValues(t.name, "down").Set(float64(down))
	t.m.unanchored.WithLabelValues(t.name).Set(float64(len(s.Unanchored())))
	t.m.outOfReach.WithLabelValues(t.name).Set(float64(len(s.OutOfReach())))
}

// File sets whether the file that the target is started from is in step.
func (t *Target) File(inStep bool) {
	value := 0.0
	if inStep {
		value = 1
	}
	t.m.file.WithLabelValues(t.name).Set(value)
}

// Counted sets the metrics of routes. It drops members and providers that are not in the
// report.
func (t *Target) Counted(at time.Time, r *impact.Report) {
	mine := prometheus.Labels{"target": t.name}
	t.m.memberRefused.DeletePartialMatch(mine)
	t.m.providerRefused.DeletePartialMatch(mine)
	for _, m := range r.Members {
		t.m.memberRefused.WithLabelValues(t.name, m.Address.String(), m.ASN.String(), m.Name).Set(float64(m.Refused))
	}
	for _, p := range r.Providers {
		t.m.providerRefused.WithLabelValues(t.name, p.List, p.ID, p.Treatment).Set(float64(p.Refused))
	}
	t.m.routes.WithLabelValues(t.name).Set(float64(r.Routes.Total))
	t.m.routesRefused.WithLabelValues(t.name).Set(float64(r.Routes.Refused))
	t.m.routesCounted.WithLabelValues(t.name).Set(unixSeconds(at))
}

// Polluted sets which members have routes that are treated already, or announced so. It
// drops all other members.
func (t *Target) Polluted(members []impact.Polluted) {
	t.m.memberPolluted.DeletePartialMatch(prometheus.Labels{"target": t.name})
	for _, m := range members {
		t.m.memberPolluted.WithLabelValues(t.name, m.Address.String(), m.ASN.String(), m.Name).Set(float64(m.Prefixes))
	}
}

// Lengths sets how many treated paths are near the longest that is sent, and how many are over it.
func (t *Target) Lengths(near, notDelivered int) {
	t.m.routesNear.WithLabelValues(t.name).Set(float64(near))
	t.m.routesUndelivered.WithLabelValues(t.name).Set(float64(notDelivered))
}

// Guards sets which guards refuse what lists ask for now. asked says that they were just
// evaluated, and are not remembered results: then their refusals count.
func (t *Target) Guards(codes []string, asked bool) {
	refusing := make(map[string]bool)
	for _, code := range codes {
		refusing[code] = true
	}
	for _, g := range guard.Registry {
		value := 0.0
		if refusing[g.Code] {
			value = 1
		}
		t.m.guard.WithLabelValues(t.name, g.Code).Set(value)
		count := t.m.guardRefusals.WithLabelValues(t.name, g.Code)
		if asked {
			count.Add(value)
		}
	}
}

// Made counts an action with its outcome, and sets when it was and how long it took.
func (t *Target) Made(at time.Time, action, outcome string, took time.Duration) {
	t.m.changes.WithLabelValues(t.name, action, outcome).Inc()
	t.m.lastChange.WithLabelValues(t.name, action).Set(unixSeconds(at))
	t.m.lastDuration.WithLabelValues(t.name, action).Set(took.Seconds())
}

// Failed counts an attempt that failed.
func (t *Target) Failed(action string) { t.m.failures.WithLabelValues(t.name, action).Inc() }

// Lost counts that the target is not reached any more.
func (t *Target) Lost() { t.m.lost.WithLabelValues(t.name).Inc() }
