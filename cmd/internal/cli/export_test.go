package cli

import (
	"context"

	urfave "github.com/urfave/cli/v2"
)

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
