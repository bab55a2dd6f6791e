package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// reading is what was read of the exchange file and the lists, once.
type reading struct {
	in       *wanted.Input      // nil: nothing of it can be used, and nothing that was before
	exchange *exchange.Exchange // the last one that was good; nil: none was
	broken   diag.List
	version  string // of in; another one for another hour, so that days are noticed
	sum      string // of in, whatever the hour
}

// lists returns the lists that are read; none: nothing of them can be used.
func (r *reading) lists() []*filters.Listing {
	if r.in == nil {
		return nil
	}
	return r.in.Lists
}

// sources are the exchange file, lists and feeds of a watch. A file that is no good
// any more is reported, and what it was before serves on. Files are looked at each
// second: by name, so that whatever takes the place of one is noticed, and once the
// same is seen twice, so that one which is being written is not read half-way.
type sources struct {
	*Runner

	good   wanted.LastGood
	seen   map[string]stamp // when it was read
	maybe  map[string]stamp // a moment ago
	hour   string
	said   string // what was said last about what is broken
	poked  chan struct{}
	feeds  map[string]*feedState // by URL; fetch's own
	mu     sync.Mutex
	now    *reading
	wakers []chan struct{}
}

// readingTakes is how long reading all of them may take.
const readingTakes = 5 * time.Minute

func newSources(r *Runner) *sources {
	return &sources{Runner: r, good: wanted.LastGood{Lists: map[string]*filters.Listing{}},
		poked: make(chan struct{}, 1),
		feeds: map[string]*feedState{}}
}

// current returns what was read last.
func (w *sources) current() *reading {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// changes returns a channel that something is sent on after each reading.
func (w *sources) changes() <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := make(chan struct{}, 1)
	w.wakers = append(w.wakers, c)
	return c
}

// poke has everything be read again, soon.
func (w *sources) poke() { signalTo(w.poked) }

func signalTo(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// poll reads again whenever there is something else to read, until ctx ends.
func (w *sources) poll(ctx context.Context) {
	tick := time.NewTicker(w.Files)
	defer tick.Stop()
	for {
		w.heart.beats("lists", readingTakes)
		due := false
		select {
		case <-ctx.Done():
			return
		case <-w.poked:
			due = true
		case <-tick.C:
			now := w.stamps()
			due = !same(now, w.seen) && same(now, w.maybe) || hourOf(w.Clock()) != w.hour
			w.maybe = now
		}
		if due {
			if err := w.read(ctx); err != nil && ctx.Err() == nil {
				w.Log.Error("lists cannot be read", "error", err)
			}
		}
	}
}

func hourOf(t time.Time) string { return t.UTC().Format("2006-01-02T15") }

// read reads everything, and tells whoever waits for it.
func (w *sources) read(ctx context.Context) error {
	now := w.Clock()
	stamps := w.stamps()
	in, err := w.readerAt(ctx, now).LoadOr(ctx, w.Options.Lists, &w.good)
	if err != nil {
		return err
	}
	r := &reading{in: in, exchange: w.good.Exchange, broken: in.Broken}
	if before := w.current(); in.Diagnostics.Worst() == diag.Error {
		// Each file may be good, and all of them together be not.
		r.broken = append(r.broken, in.Diagnostics...)
		r.in = nil
		if before != nil && before.in != nil {
			r.in = before.in.At(now)
		}
	}
	if r.in != nil {
		r.sum = w.good.Sum(r.in)
		r.version = r.sum + " " + hourOf(now)
		w.forget(r.in)
	}
	w.seen, w.hour = stamps, hourOf(now)
	w.tell(r)
	return nil
}

// tell says what is new, and has it be acted on.
func (w *sources) tell(r *reading) {
	w.mu.Lock()
	before := w.now
	w.now = r
	wakers := slices.Clone(w.wakers)
	w.mu.Unlock()
	if said := fmt.Sprint(r.broken); said != w.said && (before != nil || len(r.broken) > 0) {
		w.said = said
		for _, d := range r.broken {
			w.Log.Error("broken, and what was good before serves on", "file", d.Position.String(), "code", d.Code,
				"problem", d.Message)
		}
		if len(r.broken) == 0 {
			w.Log.Info("nothing is broken any more")
		}
	}
	if r.in != nil && (before == nil || before.sum != r.sum) {
		providers, prefixes, asns := r.in.Size()
		w.Log.Info("lists read", "lists", describeLists(r.in), "providers", providers, "prefixes", prefixes, "asns",
			asns)
	}
	w.Log.Debug("files read", "lists", r.version)
	w.Metrics.Lists(time.Now(), r.lists(), len(r.broken))
	for _, c := range wakers {
		signalTo(c)
	}
}

// forget drops what was good of files that are not asked for any more.
func (w *sources) forget(in *wanted.Input) {
	maps.DeleteFunc(w.good.Lists, func(_ string, l *filters.Listing) bool { return !slices.Contains(in.Lists, l) })
}

func describeLists(in *wanted.Input) []string {
	out := make([]string, len(in.Lists))
	for i, l := range in.Lists {
		out[i] = operate.DescribeList(l)
	}
	return out
}

// stamp is what tells a file from another one of its name, without reading it. nil:
// there is none.
type stamp struct{ info fs.FileInfo }

func (a stamp) same(b stamp) bool {
	if a.info == nil || b.info == nil {
		return a.info == nil && b.info == nil
	}
	return os.SameFile(a.info, b.info) && a.info.Size() == b.info.Size() && a.info.ModTime().Equal(b.info.ModTime())
}

func same(a, b map[string]stamp) bool { return maps.EqualFunc(a, b, stamp.same) }

// stamps looks at all files that are read, or would be.
func (w *sources) stamps() map[string]stamp {
	out := map[string]stamp{}
	add := func(name string) {
		info, err := os.Stat(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			info = nil // reading it says what is wrong
		}
		out[name] = stamp{info}
	}
	conf, found := w.Reader.FindConfig()
	if found {
		add(conf)
	}
	for _, name := range w.Options.Lists {
		add(name)
	}
	if x := w.good.Exchange; x != nil && len(w.Options.Lists) == 0 {
		for _, source := range x.Lists {
			if source.URL != "" {
				continue
			}
			for _, name := range wanted.Expand(filepath.Dir(conf), source, new(diag.List)) {
				add(name)
			}
		}
	}
	return out
}
