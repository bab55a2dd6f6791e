package cli_test

import (
	"bytes"
	"runtime"
	"runtime/debug"
	"testing"

	"depeer/cmd/internal/cli"
	"depeer/cmd/internal/view"
)

// What a program says of its build is what the Go command wrote into it.
func TestVersionIsThatOfTheBuild(t *testing.T) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	gobgp := []*debug.Module{{Path: "github.com/osrg/gobgp/v3", Version: "v3.37.0"}}
	const commit = "c5ce626027f5128856457a1967be5774d632f453"
	for name, test := range map[string]struct {
		info debug.BuildInfo
		text string
		json string
	}{
		"released": {
			debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.0"}, Deps: gobgp,
				Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: commit},
					{Key: "vcs.time", Value: "2026-11-30T19:00:03Z"}, {Key: "vcs.modified", Value: "false"}}},
			"depeer v1.2.0\n  commit     " + commit + " of 2026-11-30T19:00:03Z\n  platform   " + platform +
				"\n  go         go1.26.8\n  GoBGP API  v3.37.0\n",
			`{"schema_version":1,"version":"v1.2.0","commit":"` + commit + `","commit_time":"2026-11-30T19:00:03Z",` +
				`"platform":"` + platform + `","go":"go1.26.8","gobgp_api":"v3.37.0"}` + "\n",
		},
		"changed since": {
			debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: "v1.2.0+dirty"}, Deps: gobgp,
				Settings: []debug.BuildSetting{{Key: "vcs.revision", Value: commit},
					{Key: "vcs.modified", Value: "true"}}},
			"depeer v1.2.0+dirty\n  commit     " + commit + ", and changes that are not in it\n  platform   " +
				platform +
				"\n  go         go1.26.8\n  GoBGP API  v3.37.0\n",
			`{"schema_version":1,"version":"v1.2.0+dirty","commit":"` + commit + `","modified":true,"platform":"` +
				platform +
				`","go":"go1.26.8","gobgp_api":"v3.37.0"}` + "\n",
		},
		"from no clone": {
			debug.BuildInfo{GoVersion: "go1.26.8"},
			"depeer (devel)\n  commit     unknown\n  platform   " + platform +
				"\n  go         go1.26.8\n  GoBGP API  unknown\n",
			`{"schema_version":1,"version":"(devel)","platform":"` + platform +
				`","go":"go1.26.8","gobgp_api":"unknown"}` +
				"\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			for want, json := range map[string]bool{test.text: false, test.json: true} {
				var out bytes.Buffer
				if err := view.New(view.Options{Out: &out,
					JSON: json}).Version(cli.DescribeBuild(&test.info)); err != nil {
					t.Fatal(err)
				}
				if out.String() != want {
					t.Errorf("got:\n%swant:\n%s", &out, want)
				}
			}
		})
	}
}
