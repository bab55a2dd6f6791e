package cli

import (
	"context"

	urfave "github.com/urfave/cli/v2"

	"depeer/cmd/internal/metrics"
	"depeer/cmd/internal/sdnotify"
	"depeer/policies/operate"
	"depeer/policies/watch"
)

// DescribeBuild is describeBuild.
var DescribeBuild = describeBuild

// RunJudged is Run with another judge of gobgpd.conf files, for the commands of a session alone.
func RunJudged(ctx context.Context, streams Streams, args []string, judge operate.FileJudge) Code {
	s := newSession(ctx, streams)
	s.judge = judge
	s.view = s.newView(false, "never")
	return reportError(s.view, newApp(s).RunContext(ctx, append([]string{"depeer"}, args...)))
}

// EscapeStatus has a service manager be told a text as watch tells it.
func EscapeStatus(n *sdnotify.Notifier, text string) error { return escapingManager{n}.Status(text) }

// EscapeWhy has metrics be told why a target is in a state, as watch tells them.
func EscapeWhy(m *metrics.Metrics, name string, state watch.State, why string) {
	watchMetrics{m}.Target(name).Stands(state, why)
}

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
