package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// labCommands are commands of scripts that need a route server.
var labCommands = map[string]func(*testscript.TestScript, bool, []string){
	// labtarget VARIABLE starts a lab, which ends with the script.
	"labtarget": labTarget,
	// alter FILE changes one digit in it.
	"alter": alter,
	// shown OUTPUT README fails unless the first block that the README shows is in the
	// output.
	"shown": shown,
}

func labTarget(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: labtarget VARIABLE")
	}
	program := ""
	for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
		if _, err := os.Stat(dir + "/depeer"); err == nil && program == "" {
			program = dir + "/depeer"
		}
	}
	cmd := exec.Command(program, "lab", "--keep", "--json")
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	ts.Check(err)
	var lab struct{ Target string }
	ts.Check(json.Unmarshal(line, &lab))
	ts.Setenv(args[0], lab.Target)
}

func alter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: alter FILE")
	}
	name := ts.MkAbs(args[0])
	text, err := os.ReadFile(name)
	ts.Check(err)
	ts.Check(os.WriteFile(name, bytes.Replace(text, []byte("208.72"), []byte("208.73"), 1), 0o600))
}

func shown(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: shown OUTPUT README")
	}
	_, after, _ := strings.Cut(ts.ReadFile(args[1]), "\n```\n")
	block, _, found := strings.Cut(after, "```\n")
	if !found || !strings.Contains(ts.ReadFile(args[0]), block) {
		ts.Fatalf("%s shows what is not in %s:\n%s", args[1], args[0], block)
	}
}
