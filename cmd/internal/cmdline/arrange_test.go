package cmdline

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/urfave/cli/v2"
)

func newTestApp() *cli.App {
	return &cli.App{Name: "depeer", Flags: []cli.Flag{&cli.StringFlag{Name: "config", Aliases: []string{"c"}},
		&cli.BoolFlag{Name: "json"}},
		Commands: []*cli.Command{{Name: "plan", Flags: []cli.Flag{&cli.StringFlag{Name: "target"},
			&cli.BoolFlag{Name: "full"}, &cli.StringSliceFlag{Name: "rib"}}}, {Name: "guard", Hidden: true}}}
}

// Flags stand before or after files, and global ones anywhere; a wrong line is answered with a right
// one.
func TestArrange(t *testing.T) {
	for line, want := range map[string]string{
		"plan a.yaml --target rs1":           "plan --target rs1 -- a.yaml",
		"plan --full a.yaml -c x --json":     "-c x --json plan --full -- a.yaml",
		"--json plan -- --target":            "--json plan -- --target",
		"plan --rib a --rib b":               "plan --rib a --rib b",
		"plan -":                             "plan -- -",
		"help plan":                          "plan --help",
		"plan x --help y":                    "plan --help",
		"plan --target=rs1 --target rs2":     "! --target once",
		"plan --full --full":                 "plan --full --full",
		"plan a --target":                    "! --target VALUE",
		"plan --tarlet rs1":                  "! depeer plan --target",
		"--target rs1 plan":                  "! depeer plan --target",
		"plna":                               "! depeer plan",
		"somethingelse":                      "! depeer plan",
		"help plna":                          "! depeer plan",
		"--config":                           "! --config VALUE",
		"-c x":                               "-c x",
		"":                                   "",
		"plan --unheard-of-flag-of-no-name1": "! depeer help plan",
	} {
		got, err := Arrange(newTestApp(), strings.Fields(line))
		said, wrong := strings.Join(got, " "), new(UsageError)
		if errors.As(err, &wrong) {
			said = "! " + wrong.Corrected
		}
		if diff := gocmp.Diff(want, said); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestComplete(t *testing.T) {
	values := func(command, flag string) []string { return []string{command + " of " + cmp.Or(flag, "nothing")} }
	for line, want := range map[string]string{
		"--complete pl":              "plan\n",
		"--complete":                 "plan\n",
		"plan --complete --":         "--target\n--full\n--rib\n--config\n--json\n",
		"plan --complete --t":        "--target\n",
		"plan a.yaml --complete --f": "--full\n",
		"plan --complete":            "plan of nothing\n",
		"plan --target --complete":   "plan of target\n",
		"plan --target=x --complete": "plan of nothing\n",
		"plan --full --complete":     "plan of nothing\n",
		"plan a.yaml --complete":     "",
		"-c --complete":              " of config\n",
	} {
		var out strings.Builder
		if !Complete(&out, newTestApp(), strings.Fields(line), values) {
			t.Errorf("%q: not taken for a question", line)
		}
		if diff := gocmp.Diff(want, out.String()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
	if Complete(new(strings.Builder), newTestApp(), strings.Fields("plan --complete a b"), values) {
		t.Error("a word too many is taken for a question")
	}
}

func TestGiven(t *testing.T) {
	for line, want := range map[string]string{"plan -c a": "a", "--config=b plan": "b", "plan": "", "-c a -c b": "b",
		"plan -c": ""} {
		if got := Given(strings.Fields(line), "config", "c"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
