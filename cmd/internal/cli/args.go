package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"depeer/filters/diag"
)

// arrange puts flags where urfave/cli v2 reads them: it takes every flag after
// the first file for a file, so that "plan list.yaml --dry-run" would plan for
// real. Global flags go before the command, the command's own before its files;
// "--" ends the flags. A flag that neither knows is wrong usage.
func arrange(app *cli.App, args []string) ([]string, error) {
	var command *cli.Command
	var name string
	var global, own, files []string
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			files = append(files, args[i+1:]...)
			i = len(args)
			continue
		case arg == "-" || !strings.HasPrefix(arg, "-"):
			if name == "" {
				name, command = arg, app.Command(arg)
				if command == nil && arg != "help" && arg != "h" {
					return nil, unknownCommand(app, arg)
				}
				continue
			}
			files = append(files, arg)
			continue
		}
		key, _, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		into, flag := &global, lookup(app.Flags, key)
		if flag == nil && command != nil {
			into, flag = &own, lookup(command.Flags, key)
		}
		switch {
		case key == "help" || key == "h":
			if command == nil {
				global = append(global, arg)
			} else {
				own = append(own, arg)
			}
			continue
		case flag == nil:
			return nil, unknownFlag(app, command, args[i:], key)
		}
		*into = append(*into, arg)
		if !joined && takesValue(flag) {
			i++
			if i == len(args) {
				return nil, usage(arg+" VALUE", "flag %s needs a value", arg)
			}
			*into = append(*into, args[i])
		}
	}
	out := global
	if name != "" {
		out = append(append(out, name), own...)
	}
	if len(files) > 0 && command != nil {
		out = append(out, "--")
	}
	return append(out, files...), nil
}

func lookup(flags []cli.Flag, key string) cli.Flag {
	for _, f := range flags {
		if slices.Contains(f.Names(), key) {
			return f
		}
	}
	return nil
}

func takesValue(f cli.Flag) bool {
	_, isBool := f.(*cli.BoolFlag)
	return !isBool
}

func unknownCommand(app *cli.App, name string) error {
	var names []string
	for _, c := range app.Commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	if near := diag.Nearest(name, names); near != "" {
		return usage("depeer "+near, "unknown command %q", name)
	}
	return usage("depeer "+strings.Join(names, "|"), "unknown command %q", name)
}

func unknownFlag(app *cli.App, command *cli.Command, rest []string, key string) error {
	where, flags := "depeer", app.Flags
	if command == nil {
		// A flag of a command that is named later is a common slip: say where it goes.
		for _, arg := range rest {
			if c := app.Command(arg); c != nil && lookup(c.Flags, key) != nil {
				return usage("depeer "+c.Name+" "+rest[0], "flag %s belongs behind its command", rest[0])
			}
		}
	} else {
		where, flags = where+" "+command.Name, append(slices.Clone(command.Flags), flags...)
	}
	var names []string
	for _, f := range flags {
		for _, n := range f.Names() {
			if len(n) > 1 {
				names = append(names, n)
			}
		}
	}
	hint := "depeer help"
	if command != nil {
		hint += " " + command.Name
	}
	if near := diag.Nearest(key, names); near != "" {
		hint = where + " --" + near
	}
	return usage(hint, "%s has no flag %s", where, rest[0])
}

// asksForJSON is known before the flags are read, so that a wrong flag is
// reported in the form that was asked for.
func asksForJSON(args []string) bool {
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "--json", "-json", "--json=true":
			return true
		}
	}
	return os.Getenv("DEPEER_JSON") == "true" || os.Getenv("DEPEER_JSON") == "1"
}
