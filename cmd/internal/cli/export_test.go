package cli

import (
	"context"
	"io"
	"log/slog"
	"time"

	"depeer/filters/feed"
	"depeer/policies/operate"
	"depeer/policies/watch"
)

// Watching is a watch in this process, with a clock and a pace of a test's own.
type Watching struct {
	Target, Config, State string
	Log                   io.Writer
	Clock                 func() time.Time
	Pace                  watch.Pace
	Files                 time.Duration       // between two looks at files
	Feeds                 func(*feed.Fetcher) // changes how feeds are fetched
}

// Run runs it until ctx ends.
func (o Watching) Run(ctx context.Context) error {
	s := newSession(ctx, Streams{Out: io.Discard, Err: io.Discard})
	s.now, s.state, s.log = o.Clock(), o.State, slog.New(slog.DiscardHandler)
	s.reader.Now, s.reader.Config = s.now, o.Config
	s.view = s.newView(false, "never")
	w, err := s.watching(slog.New(slog.NewTextHandler(o.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		watchArgs{allowPrivate: true, targets: []operate.Target{{Address: o.Target}}})
	if err != nil {
		return err
	}
	w.clock, w.today, w.pace, w.files = o.Clock, o.Clock, o.Pace, o.Files
	w.fetcher = func() (*feed.Fetcher, error) {
		f, err := s.fetcher()
		if err == nil {
			o.Feeds(f)
		}
		return f, err
	}
	return w.run(ctx)
}

// PauseAfter is pauseAfter.
var PauseAfter = pauseAfter

// DescribeBuild is describeBuild.
var DescribeBuild = describeBuild
