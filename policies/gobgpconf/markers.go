package gobgpconf

import (
	"strings"
)

// Our part of a TOML file starts and ends with a comment line of its own. The text
// after the marker is for people, and may be edited.
const (
	beginWord = "# depeer: begin"
	endWord   = "# depeer: end"
	beginLine = beginWord + " (depeer writes, and replaces, everything from here to the end mark)"
	endLine   = endWord
)

type marker uint8

const (
	noMarker marker = iota
	beginMarker
	endMarker
)

// markerOf returns the marker that a comment, with its #, is.
func markerOf(comment string) marker {
	switch s := strings.TrimSpace(comment) + " "; {
	case strings.HasPrefix(s, beginWord+" "):
		return beginMarker
	case strings.HasPrefix(s, endWord+" "):
		return endMarker
	default:
		return noMarker
	}
}
