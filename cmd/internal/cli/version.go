package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
)

func versionCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "version",
		Usage:     "says what this program was built from",
		ArgsUsage: " ",
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer version", "version takes no files")
			}
			return s.view.Version(built())
		},
	}
}

// built reads what the linker left in the program.
func built() view.Version {
	v := view.Version{Version: "(devel)", Go: runtime.Version(), GoBGP: "unknown"}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			v.Commit = setting.Value
		}
	}
	for _, dep := range info.Deps {
		if dep.Path == "github.com/osrg/gobgp/v3" {
			v.GoBGP = dep.Version
		}
	}
	return v
}
