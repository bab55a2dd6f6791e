package metrics

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"

	"depeer/policies/watch"
)

// health serves whether all targets are in sync: 200, or 503 with the targets that are not,
// and why. It is for alerts to people. It is no reason to restart the program: that neither
// reaches a route server that is down, nor answers a guard.
type health struct {
	mu      sync.Mutex
	targets []targetHealth
}

type targetHealth struct {
	Name  string    `json:"name"`
	State string    `json:"state"`
	Since time.Time `json:"since"`
	Why   string    `json:"why,omitempty"`
}

// noteState notes the state of a target.
func (h *health) noteState(name string, state watch.State, why string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := targetHealth{Name: name, State: state.String(), Since: time.Now().UTC(), Why: why}
	i, there := slices.BinarySearchFunc(h.targets, now,
		func(a, b targetHealth) int { return cmp.Compare(a.Name, b.Name) })
	switch {
	case !there:
		h.targets = slices.Insert(h.targets, i, now)
	case h.targets[i].State == now.State:
		h.targets[i].Why = why
	default:
		h.targets[i] = now
	}
}

func (h *health) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	body := struct {
		SchemaVersion int            `json:"schema_version"`
		OK            bool           `json:"ok"`
		Targets       []targetHealth `json:"targets"`
	}{1, true, slices.Clone(h.targets)}
	h.mu.Unlock()
	for _, t := range body.Targets {
		body.OK = body.OK && t.State == watch.InSync.String()
	}
	w.Header().Set("Content-Type", "application/json")
	if !body.OK {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	json.NewEncoder(w).Encode(body)
}
