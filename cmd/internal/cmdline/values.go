package cmdline

import (
	"slices"
	"time"

	"github.com/urfave/cli/v2"
)

// RefuseEmptyValues has every flag refuse a value that cannot be meant: an empty one, as a shell
// leaves where a variable is not set, and a time that is no time to wait. Taken for a flag that
// was not given, -c "" would do without the guards of the exchange file, and --confirm-within 0
// would change a route server for good. mayBeZero are the flags that may have a time of 0.
func RefuseEmptyValues(app *cli.App, mayBeZero ...string) {
	refuseEmptyFlags(app.Flags, app.Name, mayBeZero)
	for _, c := range app.Commands {
		refuseEmptyFlags(c.Flags, app.Name+" "+c.Name, mayBeZero)
	}
}

func refuseEmptyFlags(flags []cli.Flag, command string, mayBeZero []string) {
	for _, flag := range flags {
		switch f := flag.(type) {
		case *cli.StringFlag:
			f.Action = func(_ *cli.Context, value string) error {
				if value == "" && !f.HasBeenSet { // that is, not by an empty variable of the environment
					return NewUsageError(command+" --"+f.Name+" VALUE", "--%s is empty", f.Name)
				}
				return nil
			}
		case *cli.DurationFlag:
			f.Action = func(_ *cli.Context, value time.Duration) error {
				if value < 0 || value == 0 && !slices.Contains(mayBeZero, f.Name) {
					return NewUsageError(command+" --"+f.Name+" 5m", "--%s %s: not a time to wait", f.Name, value)
				}
				return nil
			}
		}
	}
}
