package apply

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"depeer/policies"
	"depeer/policies/length"
)

// verifyTable compares the table with what the new policy makes of the reset clients' announcements.
func (r *run) verifyTable(ctx context.Context) error {
	w := newCoverage(r.change.Old, r.change.New)
	lengths := length.New(length.Question{Policy: r.change.New, Members: length.AfterChange(r.before)})
	r.result.Proof, r.result.Attributes, r.result.NotDelivered = Proof{}, AttributeProofs{}, nil
	for _, t := range r.touched {
		r.logProgress("looking for the routes of %s", t.Address)
		t.lengths = lengths
		if err := r.proveClient(ctx, t, w); err != nil {
			return err
		}
	}
	r.result.Proof.Unproven, r.result.Polluted = w.countSilent(), w.polluted.Members()
	r.tellNotDelivered()
	if n := r.result.Proof.Overruled; n > 0 {
		r.Log.Warn("policies behind ours take off what treatments give, or some of it", "paths", n)
	}
	if n := r.result.Proof.Uncertain; n > 0 {
		r.Log.Warn("policies before ours prepend, so that what matches paths may not hold", "paths", n)
	}
	if n := r.result.Proof.Untagged; n > 0 {
		r.Log.Warn("policies behind ours take off the tags of members' choices, which do nothing there", "paths", n)
	}
	return nil
}

// proveClient compares what one client announces with the table. The client goes on announcing, so
// proveClient repeats the comparison of prefixes that differ until they agree, or time is up.
func (r *run) proveClient(ctx context.Context, t *client, w *coverage) error {
	settle := orElse(r.Settle, 30*time.Second)
	deadline := time.Now().Add(settle)
	var only map[netip.Prefix]bool // nil: all
	for {
		wrong, err := r.compareClient(ctx, t, only, w)
		if err != nil || len(wrong) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			first := slices.MinFunc(slices.Collect(maps.Keys(wrong)), netip.Prefix.Compare)
			return &UnprovenError{Peer: t.Address, Prefix: first, Why: wrong[first], More: len(wrong) - 1}
		}
		// If the daemon was wiped, and the lock with it, the table will never agree.
		if err := r.lookAgain(ctx); err != nil {
			return err
		}
		only = make(map[netip.Prefix]bool, len(wrong))
		for prefix := range wrong {
			only[prefix] = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(settle / 30):
		}
	}
}

// compareClient returns the prefixes that differ, and why. It works in batches, because a route server
// holds millions of paths.
func (r *run) compareClient(ctx context.Context, t *client, only map[netip.Prefix]bool,
	w *coverage) (map[netip.Prefix]string,
	error) {
	wrong := make(map[netip.Prefix]string)
	want := make(map[netip.Prefix]*expected)
	var paths []policies.Route // of one prefix: these come one after another
	for route, err := range r.Daemon.Received(ctx, t.Address) {
		if err != nil {
			return nil, r.unlessGone(ctx, t.Address, fmt.Errorf("routes of %s: %w", t.Address, err))
		}
		if len(paths) > 0 && paths[0].Prefix != route.Prefix {
			t.noteExpected(want, paths, only, w)
			paths = paths[:0]
		}
		paths = append(paths, route)
		if len(want) == batch {
			if err := r.settlePaths(ctx, t, want, wrong); err != nil {
				return nil, err
			}
		}
	}
	t.noteExpected(want, paths, only, w)
	return wrong, r.settlePaths(ctx, t, want, wrong)
}

// noteExpected adds what is expected of the paths to one prefix to want, if only has the prefix or is nil.
func (t *client) noteExpected(want map[netip.Prefix]*expected, paths []policies.Route, only map[netip.Prefix]bool,
	w *coverage) {
	if len(paths) == 0 || only != nil && !only[paths[0].Prefix] {
		return
	}
	if x := t.expectedPaths(paths, w); x != nil {
		want[paths[0].Prefix] = x
	}
}

// settlePaths looks the wanted prefixes up in the table, counts those that agree, adds the others to wrong,
// and empties want.
func (r *run) settlePaths(ctx context.Context, t *client, want map[netip.Prefix]*expected,
	wrong map[netip.Prefix]string) error {
	paths := make([]path, 0, len(want))
	for prefix, x := range want {
		paths = append(paths, path{prefix, x.viewer})
	}
	err := r.listSeen(ctx, t, paths, func(route *policies.Route) {
		if x := want[route.Prefix]; x != nil {
			x.seePath(route)
			x.seeLength(t.lengths, route)
		}
	})
	if err != nil {
		return err
	}
	for prefix, x := range want {
		if x.viewer == noViewer {
			continue
		}
		if x.uncertain > 0 {
			r.result.Proof.Uncertain += x.uncertain
			continue
		}
		if why := x.describeWrong(t.comparison.alone, t.sample[prefix]); why != "" {
			wrong[prefix] = why
			continue
		}
		r.result.Proof.addExpected(x)
		r.result.Attributes.addExpected(x, len(x.notDelivered()))
		r.result.NotDelivered = append(r.result.NotDelivered, x.notDelivered()...)
	}
	clear(want)
	return nil
}

// addExpected counts what the table proves of one prefix. A route in the table that is too long to be sent
// proves nothing about what members hold.
func (p *Proof) addExpected(x *expected) {
	lost := len(x.notDelivered())
	p.NotDelivered += lost
	if x.already {
		p.addAlready(x, lost)
		return
	}
	p.Refused += x.refused
	if len(x.changed) > 0 {
		p.Overruled += min(x.countOverruled(), len(x.changed))
		p.Changed += max(0, x.present-x.partial-lost)
	}
	if x.refused+len(x.changed) == 0 && !x.tagged {
		p.Passed += max(0, x.present-lost)
	}
	if !x.chosen {
		return
	}
	tagged, without, _ := x.countTagging()
	p.Tagged, p.Untagged = p.Tagged+max(0, tagged-lost), p.Untagged+without
}

// expectedPaths returns what the table should hold of a client's paths to one prefix; nil if the prefix
// proves nothing.
func (t *client) expectedPaths(paths []policies.Route, w *coverage) *expected {
	x := &expected{viewer: t.viewerOf(&paths[0]), chosen: t.comparison.givesTags()}
	for i := range paths {
		route := &paths[i]
		if x.viewer != noViewer && slices.Contains(route.Path, t.viewers[x.viewer].ASN) {
			x.viewer = noViewer
		}
		x.tagged = x.tagged || t.comparison.isTagged(route)
		already, long := w.noteTreated(t, route), x.expectLength(t.lengths, route)
		x.already = x.already || already
		if t.comparison.now == nil {
			x.passed++
			x.tags = append(x.tags, tagsIn(route))
			continue
		}
		if t.comparison.isUncertain(route) {
			x.uncertain++
			continue
		}
		v := t.comparison.now.Verdict(route)
		x.addRoute(t.comparison.now, v, route)
		if !already && !long && x.viewer != noViewer && (v.Treated() || len(t.comparison.now.Tags(route)) > 0) {
			w.sawRoute(route)
		}
	}
	if x.refused+len(x.changed) == 0 && !x.tagged && !x.already && x.uncertain == 0 && !t.sample[paths[0].Prefix] {
		return nil
	}
	return x
}
