package cli

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"syscall"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/operate"
)

// stream is a standard stream that is written to. It keeps the first error.
type stream struct {
	io.Writer
	// gone is called when nobody reads the stream any more: the terminal's job has ended. A full disk does
	// not end a run: a watch goes on, whatever becomes of its log.
	gone func()

	mu  sync.Mutex
	err error
}

func (s *stream) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err != nil {
		s.mu.Lock()
		if s.err == nil {
			s.err = err
		}
		s.mu.Unlock()
	}
	if errors.Is(err, syscall.EPIPE) {
		s.gone()
	}
	return n, err
}

// failed returns the first error of the stream; nil: all was written.
func (s *stream) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// checkWritten returns what a run ends with whose result is err, where its output could not be written.
func (s *session) checkWritten(err error) error {
	failed := s.stdout.failed()
	if failed == nil || err != nil && isNamed(err) {
		return err
	}
	return &operate.Error{Kind: operate.Failed, Name: "output",
		Err: fmt.Errorf("the output could not be written: %w", failed)}
}

// outputLost returns the failure of a run that has changed something, and could not say so.
func outputLost(what string, err error, hint string) error {
	return &operate.Error{Kind: operate.Unclear, Name: "output", Hint: hint,
		Err: fmt.Errorf("%s; the output could not be written: %w", what, err)}
}

// ReportInterrupt says that a run ends at once, on a second interrupt, and returns its exit code. changed
// says that a target may have been changed.
func ReportInterrupt(streams Streams, args []string, changed bool) Code {
	s := &session{Streams: streams}
	v := s.newViewOf(cmdline.AsksForJSON(args), "never", nil)
	if !changed {
		return reportError(v, errInterrupted)
	}
	return reportError(v, &operate.Error{Kind: operate.Unclear, Name: "partial",
		Err: errors.New("interrupted, after a target was changed"), Hint: "depeer status"})
}
