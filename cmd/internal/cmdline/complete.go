package cmdline

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Values returns the words that may stand for a flag's value, or, where flag is "", for the first
// argument of a command.
type Values func(command, flag string) []string

// Complete answers "depeer WORDS... --complete PREFIX", which the completion scripts ask: the
// commands, the flags of the command that is being typed, or values. It says whether args were such a
// question.
func Complete(out io.Writer, app *cli.App, args []string, values Values) bool {
	at := slices.Index(args, "--complete")
	if at < 0 || at < len(args)-2 {
		return false
	}
	prefix := ""
	if at+1 < len(args) {
		prefix = args[at+1]
	}
	for _, w := range candidates(app, args[:at], prefix, values) {
		if strings.HasPrefix(w, prefix) {
			fmt.Fprintln(out, w)
		}
	}
	return true
}

// candidates returns what may come after the words that are typed.
func candidates(app *cli.App, typed []string, prefix string, values Values) []string {
	var command *cli.Command
	flags, arguments, name := app.Flags, 0, ""
	var open cli.Flag // its value comes next
	for _, word := range typed {
		key, _, joined := strings.Cut(strings.TrimLeft(word, "-"), "=")
		switch {
		case open != nil:
			open = nil
		case strings.HasPrefix(word, "-"):
			if f := findFlag(flags, key); f != nil && takesValue(f) && !joined {
				open = f
			}
		case command == nil:
			if command = app.Command(word); command != nil {
				name, flags = command.Name, append(slices.Clone(command.Flags), flags...)
			}
		default:
			arguments++
		}
	}
	switch {
	case open != nil:
		return values(name, open.Names()[0])
	case strings.HasPrefix(prefix, "-"):
		return flagNames(flags)
	case command == nil:
		return commandNames(app)
	case arguments == 0:
		return values(name, "")
	}
	return nil
}

func flagNames(flags []cli.Flag) []string {
	var names []string
	for _, f := range flags {
		names = append(names, "--"+f.Names()[0])
	}
	return names
}

// commandNames returns the commands that are for people.
func commandNames(app *cli.App) []string {
	var names []string
	for _, c := range app.Commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// Given returns what a global flag is set to on a line that is not read yet, by any of its names.
func Given(args []string, names ...string) (value string) {
	for i, arg := range args {
		key, joined, is := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		switch {
		case !strings.HasPrefix(arg, "-") || !slices.Contains(names, key):
		case is:
			value = joined
		case i+1 < len(args):
			value = args[i+1]
		}
	}
	return value
}

// Shells are the shells that Scripts has one for.
func Shells() []string { return slices.Sorted(maps.Keys(Scripts)) }

// Scripts are the completion scripts of shells, by the shell: they ask depeer itself what may come next.
var Scripts = map[string]string{
	"bash": `_depeer() {
	local words
	words=$("${COMP_WORDS[@]:0:COMP_CWORD}" --complete "${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
	COMPREPLY=($(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _depeer depeer
`,
	"zsh": `#compdef depeer
_depeer() {
	local -a words_
	words_=(${(f)"$(${words[1,CURRENT-1]} --complete ${words[CURRENT]} 2>/dev/null)"})
	compadd -- $words_
	_files
}
compdef _depeer depeer
`,
	"fish": `complete -c depeer -a '(set -l w (commandline -opc); $w --complete (commandline -ct) 2>/dev/null)'
`,
}
