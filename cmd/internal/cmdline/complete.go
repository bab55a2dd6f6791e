package cmdline

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// Complete answers "depeer WORDS... --complete PREFIX", which the completion
// scripts ask: the commands, or the flags of the command that is being typed. It
// says whether args were such a question.
func Complete(out io.Writer, app *cli.App, args []string) bool {
	at := slices.Index(args, "--complete")
	if at < 0 || at < len(args)-2 {
		return false
	}
	prefix := ""
	if at+1 < len(args) {
		prefix = args[at+1]
	}
	var command *cli.Command
	for _, word := range args[:at] {
		if c := app.Command(word); c != nil {
			command = c
			break
		}
	}
	flags := app.Flags
	if command != nil {
		flags = append(slices.Clone(command.Flags), flags...)
	}
	var words []string
	switch {
	case strings.HasPrefix(prefix, "-"):
		for _, f := range flags {
			words = append(words, "--"+f.Names()[0])
		}
	case command == nil:
		for _, c := range app.Commands {
			if !c.Hidden {
				words = append(words, c.Name)
			}
		}
	}
	for _, w := range words {
		if strings.HasPrefix(w, prefix) {
			fmt.Fprintln(out, w)
		}
	}
	return true
}

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
