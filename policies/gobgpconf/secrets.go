package gobgpconf

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// A gobgpd.conf holds passwords of neighbors (auth-password). Messages about the file, of gobgpd and of
// its parsers, can quote them, and so can the line that a message is about.

// password matches a password in a file, also one that is cut off, or without its equals sign.
var password = regexp.MustCompile(`(?i)pass?word["']?\s*[=:]?\s*(?:` +
	`"""(?s:(.*?))(?:"""|\z)|'''(?s:(.*?))(?:'''|\z)|` +
	`"((?:[^"\\\n]|\\.)*)(?:"|\n|\z)|'([^'\n]*)(?:'|\n|\z)|([^\s,}#"']+))`)

// HideSecrets removes the passwords of files from a text that is to be shown.
func HideSecrets(text string, files ...[]byte) string {
	for _, file := range files {
		for _, found := range password.FindAllSubmatch(file, -1) {
			for _, group := range found[1:] {
				text = hideSecret(text, string(group))
			}
		}
	}
	return text
}

// hideSecret removes a password as it is written, and as it is meant.
func hideSecret(text, secret string) string {
	forms := []string{secret, strings.TrimSpace(secret)}
	if meant, err := strconv.Unquote(`"` + secret + `"`); err == nil {
		forms = append(forms, meant)
	}
	for _, form := range forms {
		if len(form) > 2 { // less would take letters out of words
			text = strings.ReplaceAll(text, form, "(hidden)")
		}
	}
	return text
}

// secretWord matches what the key of a password has in it, misspelled or not.
var secretWord = regexp.MustCompile(`(?i)(auth|pas+w|passphrase|secret)[^\s=:"']*["']?\s*[=:]?`)

// CutSecrets returns a line of a file for people: without its end where a password may begin, and
// empty where all of it may be one.
func CutSecrets(line, file []byte) []byte {
	// In a file with strings of several lines, a line may be the middle of one.
	if several := bytes.Contains(file, []byte(`"""`)) || bytes.Contains(file, []byte("'''")); several &&
		secretWord.Match(file) {
		return nil
	}
	if at := secretWord.FindIndex(line); at != nil {
		before := line[:at[0]]
		if bytes.ContainsAny(bytes.TrimSpace(before), `"'`) && !bytes.ContainsAny(before, "{") {
			return nil
		}
		kept := bytes.TrimRight(line[:at[1]], " \t")
		return append(kept[:len(kept):len(kept)], " ..."...)
	}
	if hidden := HideSecrets(string(line), file); hidden != string(line) {
		return nil // a caret would not be below what it is about
	}
	return line
}
