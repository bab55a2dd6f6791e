package cli_test

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"depeer/cmd/internal/cli"
)

var update = flag.Bool("update", false, "rewrite what the scripts compare with")

// The scripts read as the manual: one for each behaviour of the command line.
// "depeer" in them is the program itself, run as a process.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Cmds:          labCommands,
		Condition: func(condition string) (bool, error) {
			if condition != "superuser" { // who can give files away
				return false, fmt.Errorf("no such condition: %s", condition)
			}
			return os.Geteuid() == 0, nil
		},
		Setup: func(env *testscript.Env) error {
			// Nothing of the user's own may reach the scripts.
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("XDG_CONFIG_HOME", "")
			env.Setenv("XDG_STATE_HOME", "")
			examples, err := filepath.Abs("../../../examples")
			env.Setenv("EXAMPLES", examples)
			return err
		},
	})
}

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"depeer": func() {
			code := cli.Run(context.Background(), cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr},
				os.Args[1:])
			notePeak()
			os.Exit(int(code))
		},
		// exits CODE COMMAND... fails unless the command ends with that code.
		"exits": exits,
		// unhex FROM TO writes the bytes that FROM has in hexadecimal.
		"unhex": unhex,
	})
}

func unhex() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	data, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(os.Args[2], data, 0o600); err != nil {
		panic(err)
	}
}
