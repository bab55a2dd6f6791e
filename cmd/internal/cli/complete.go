package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// answerCompletion answers "depeer WORDS... --complete PREFIX", which the completion
// scripts ask: the commands, or the flags of the command that is being typed. It
// says whether args were such a question.
func answerCompletion(app *cli.App, s *session, args []string) bool {
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
			fmt.Fprintln(s.Out, w)
		}
	}
	return true
}
