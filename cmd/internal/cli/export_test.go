package cli

import (
	"context"
	"io"
	"log/slog"
	"time"

	urfave "github.com/urfave/cli/v2"

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

// Flags returns the flags of the program and of its commands, by "command --name".
func Flags() map[string]urfave.Flag {
	all := make(map[string]urfave.Flag)
	app := newApp(newSession(context.Background(), Streams{}))
	for _, f := range app.Flags {
		all["--"+f.Names()[0]] = f
	}
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			all[c.Name+" --"+f.Names()[0]] = f
		}
	}
	return all
}
