package cli

import (
	"strings"

	"depeer/policies/guard"
)

// describeGuards returns the lines of help that name all guards.
func describeGuards() string {
	const width = 92
	lines := []string{"These guards are asked:"}
	for i, g := range guard.Registry {
		word := " " + g.Short()
		if i < len(guard.Registry)-1 {
			word += ","
		}
		last := &lines[len(lines)-1]
		if len(*last)+len(word) > width {
			lines = append(lines, strings.TrimPrefix(word, " "))
			continue
		}
		*last += word
	}
	return strings.Join(lines, "\n") + "."
}
