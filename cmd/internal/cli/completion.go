package cli

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// shells are the scripts that make a shell ask depeer itself what may come next.
var shells = map[string]string{
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

func completionCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "prints a completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Action: func(c *cli.Context) error {
			script, ok := shells[c.Args().First()]
			if c.NArg() != 1 || !ok {
				return newUsageError("depeer completion bash|zsh|fish", "completion takes one shell")
			}
			_, err := fmt.Fprint(s.Out, script)
			return err
		},
	}
}
