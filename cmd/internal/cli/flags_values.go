package cli

import (
	"time"

	"github.com/urfave/cli/v2"
)

// refuseEmptyValues has every flag refuse a value that cannot be meant: an empty one, as a shell
// leaves where a variable is not set, and a time that is no time to wait. Taken for a flag that
// was not given, -c "" would do without the guards of the exchange file, and --confirm-within 0
// would change a route server for good.
func refuseEmptyValues(app *cli.App) {
	refuseEmptyFlags(app.Flags, "depeer")
	for _, c := range app.Commands {
		refuseEmptyFlags(c.Flags, "depeer "+c.Name)
	}
}

func refuseEmptyFlags(flags []cli.Flag, command string) {
	for _, flag := range flags {
		switch f := flag.(type) {
		case *cli.StringFlag:
			f.Action = func(_ *cli.Context, value string) error {
				if value == "" && !f.HasBeenSet { // that is, not by an empty variable of the environment
					return newUsageError(command+" --"+f.Name+" VALUE", "--%s is empty", f.Name)
				}
				return nil
			}
		case *cli.DurationFlag:
			f.Action = func(_ *cli.Context, value time.Duration) error {
				if value < 0 || value == 0 && f.Name != soakFlag {
					return newUsageError(command+" --"+f.Name+" 5m", "--%s %s: not a time to wait", f.Name, value)
				}
				return nil
			}
		}
	}
}
