package cli

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
)

func versionCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "version",
		Usage:     "says what this program was built from",
		ArgsUsage: " ",
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return cmdline.NewUsageError("depeer version", "version takes no files")
			}
			return s.view.Version(readBuild())
		},
	}
}

// readBuild returns what this program was built from.
func readBuild() view.Version {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{GoVersion: runtime.Version()}
	}
	return describeBuild(info)
}

// describeBuild returns what the Go command wrote into a program about its build. Versions and
// commits are there only if it was built from a clone, with -buildvcs.
func describeBuild(info *debug.BuildInfo) view.Version {
	v := view.Version{Version: cmp.Or(info.Main.Version, "(devel)"), Go: info.GoVersion, GoBGP: "unknown",
		Platform: runtime.GOOS + "/" + runtime.GOARCH}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.time":
			v.CommitTime = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	for _, dep := range info.Deps {
		if dep.Path == "github.com/osrg/gobgp/v3" {
			v.GoBGP = dep.Version
		}
	}
	return v
}
