package judge

import (
	"regexp"
	"strings"
)

// secret matches a password in a file: gobgpd's messages can quote it.
var secret = regexp.MustCompile(`(?i)password["']?\s*[=:]\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s,}#]+)`)

// Hide removes the passwords of files from a text that is to be shown.
func Hide(text string, files ...[]byte) string {
	for _, file := range files {
		for _, found := range secret.FindAllSubmatch(file, -1) {
			for _, s := range []string{string(found[1]), strings.Trim(string(found[1]), `"'`)} {
				if len(s) > 2 {
					text = strings.ReplaceAll(text, s, "(hidden)")
				}
			}
		}
	}
	return text
}

func hideSecrets(a *Forecast, files ...[]byte) {
	a.Failed = Hide(a.Failed, files...)
	for _, list := range [][]Problem{a.Start.Problems, a.Reload.Problems, a.Warnings} {
		for i := range list {
			list[i].Why = Hide(list[i].Why, files...)
		}
	}
}
