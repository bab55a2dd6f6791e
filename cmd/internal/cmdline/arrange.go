package cmdline

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"depeer/filters/diag"
)

// Arrange puts flags where urfave/cli v2 reads them: it takes every flag after
// the first file for a file, so that "plan list.yaml --dry-run" would plan for
// real. Global flags go before the command, the command's own before its files;
// "--" ends the flags. A flag that neither knows is wrong usage, and so is one whose
// value stands twice, for only one of the two would count.
func Arrange(app *cli.App, args []string) ([]string, error) {
	var command *cli.Command
	var name string
	var help bool
	var global, own, files []string
	given := map[string]bool{}
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
		into, flag := &global, findFlag(app.Flags, key)
		if flag == nil && command != nil {
			into, flag = &own, findFlag(command.Flags, key)
		}
		switch {
		case key == "help" || key == "h":
			help = true
			continue
		case key == "version" && flag == nil && name == "": // as most programs have it
			name, command = key, app.Command(key)
			continue
		case flag == nil:
			return nil, unknownFlag(app, command, args[i:], key)
		case takesValue(flag) && !isRepeatable(flag) && given[flag.Names()[0]]:
			return nil, NewUsageError("--"+flag.Names()[0]+" once", "flag %s stands twice", arg)
		}
		given[flag.Names()[0]] = true
		*into = append(*into, arg)
		if !joined && takesValue(flag) {
			i++
			if i == len(args) {
				return nil, NewUsageError(arg+" VALUE", "flag %s needs a value", arg)
			}
			*into = append(*into, args[i])
		}
	}
	if help || command == nil && name != "" {
		return askForHelp(app, name, files)
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

// askForHelp returns the line that shows the help of a command, or of the program. It ignores all else on
// the line, except an unknown help topic.
func askForHelp(app *cli.App, command string, words []string) ([]string, error) {
	if command == "help" || command == "h" {
		command = strings.Join(words, " ")
	}
	switch {
	case command == "":
		return []string{"--help"}, nil
	case app.Command(command) == nil:
		return nil, unknownCommand(app, command)
	default:
		return []string{command, "--help"}, nil
	}
}

func findFlag(flags []cli.Flag, key string) cli.Flag {
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

// isRepeatable says whether a flag may be given several times.
func isRepeatable(f cli.Flag) bool {
	slice, ok := f.(cli.DocGenerationSliceFlag)
	return ok && slice.IsSliceFlag()
}

func unknownCommand(app *cli.App, name string) error {
	names := commandNames(app)
	if near := diag.Nearest(name, names); near != "" {
		return NewUsageError("depeer "+near, "unknown command %q", name)
	}
	return NewUsageError("depeer "+strings.Join(names, "|"), "unknown command %q", name)
}

func unknownFlag(app *cli.App, command *cli.Command, rest []string, key string) error {
	where, flags := "depeer", app.Flags
	if command == nil {
		// A flag of a command that is named later is a common slip: say where it goes.
		for _, arg := range rest {
			if c := app.Command(arg); c != nil && findFlag(c.Flags, key) != nil {
				return NewUsageError("depeer "+c.Name+" "+rest[0], "flag %s belongs behind its command", rest[0])
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
	return NewUsageError(hint, "%s has no flag %s", where, rest[0])
}

// AsksForJSON is known before the flags are read, so that a wrong flag is
// reported in the form that was asked for.
func AsksForJSON(args []string) bool {
	asked, _ := strconv.ParseBool(os.Getenv("DEPEER_JSON"))
	for _, a := range args {
		flag, value, joined := strings.Cut(a, "=")
		switch {
		case a == "--":
			return asked
		case flag != "--json" && flag != "-json":
		case joined:
			asked, _ = strconv.ParseBool(value)
		default:
			asked = true
		}
	}
	return asked
}
