package view

import (
	"fmt"
	"io"
)

// Progress says on a terminal's stderr what is being done, in one line, which goes when
// anything else is written.
func (v *jsonView) Progress(string) {}

func (v *textView) Progress(what string) {
	if v.Terminal {
		writef(v.terminal, clearLine+"depeer: %s", what)
		v.busy = true
	}
}

const clearLine = "\r\x1b[K"

// quietWriter is a stream on which nothing is written beside progress.
type quietWriter struct {
	io.Writer
	v *textView
}

func (s quietWriter) Write(p []byte) (int, error) {
	if s.v.busy {
		s.v.busy = false
		fmt.Fprint(s.v.terminal, clearLine)
	}
	return s.Writer.Write(p)
}
