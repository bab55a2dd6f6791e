package sources

import (
	"fmt"
	"slices"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// Reading is what was read of the exchange file and the lists, once.
type Reading struct {
	Input    *wanted.Input      // nil: nothing of it can be used, and nothing that was before
	Exchange *exchange.Exchange // the last one that was good; nil: none was
	Broken   diag.List
	Version  string // of Input; another one for another hour, so that days are noticed

	sum string // of Input, whatever the hour
}

// lists returns the lists that are read; none: nothing of them can be used.
func (r *Reading) lists() []*filters.Listing {
	if r.Input == nil {
		return nil
	}
	return r.Input.Lists
}

// publish says what is new, and wakes all subscribers.
func (s *Sources) publish(r *Reading) {
	s.mu.Lock()
	before := s.now
	s.now = r
	wakers := slices.Clone(s.wakers)
	s.mu.Unlock()
	if said := fmt.Sprint(r.Broken); said != s.said && (before != nil || len(r.Broken) > 0) {
		s.said = said
		for _, d := range r.Broken {
			s.Log.Error("broken, and what was good before serves on", "file", d.Position.String(), "code", d.Code,
				"problem", d.Message)
		}
		if len(r.Broken) == 0 {
			s.Log.Info("nothing is broken any more")
		}
	}
	if r.Input != nil && (before == nil || before.sum != r.sum) {
		providers, prefixes, asns := r.Input.Size()
		s.Log.Info("lists read", "lists", DescribeLists(r.Input), "providers", providers, "prefixes", prefixes, "asns",
			asns)
	}
	s.Log.Debug("files read", "lists", r.Version)
	s.Metrics.Lists(time.Now(), r.lists(), len(r.Broken))
	for _, c := range wakers {
		signalTo(c)
	}
}

// DescribeLists names the lists of an input, each as operate.DescribeList does.
func DescribeLists(in *wanted.Input) []string {
	out := make([]string, len(in.Lists))
	for i, l := range in.Lists {
		out[i] = operate.DescribeList(l)
	}
	return out
}
