package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"depeer/cmd/internal/cmdline"
	"depeer/filters/trust"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/persist"
)

// loadInput reads the exchange file and the lists: those of the command line, or the exchange's own.
func (s *session) loadInput(ctx context.Context, names []string) (*wanted.Input, error) {
	in, err := s.reader.Load(ctx, names)
	download := new(wanted.DownloadError)
	switch {
	case errors.Is(err, wanted.ErrNoList):
		return nil, cmdline.NewUsageError("depeer check LISTING.yaml", "%v", err)
	case errors.As(err, &download):
		return nil, &operate.Error{Kind: operate.Failed, Name: "download", Err: download.Err}
	case errors.As(err, new(*trust.Error)):
		return nil, operate.NewStateError(err)
	}
	return in, err
}

// stdoutName is how a user names the standard output.
const stdoutName = "-"

// writeOutput replaces the file that a result goes to. One that the result was made from is
// hardly meant, unless that is what the command is for.
func (s *session) writeOutput(name string, write func(io.Writer) error, mode fs.FileMode) error {
	if s.reader.Files.IsInput(name) {
		return cmdline.NewUsageError("-o another file", "-o %s: this file is read, and would be lost", name)
	}
	if err := s.checkOutput(name); err != nil {
		return err
	}
	return explainUnwritten(persist.Replace(name, write, mode))
}

// explainUnwritten gives an error of writing its kind, where it is not only that writing failed.
func explainUnwritten(err error) error {
	if errors.Is(err, persist.ErrNotKept) {
		return &operate.Error{Kind: operate.Invalid, Name: "not-kept", Err: err,
			Hint: "-o another file, and put it in place by hand"}
	}
	return err
}

// checkOutput refuses to write through a link that another user could turn elsewhere.
func (s *session) checkOutput(name string) error {
	if err := s.trustRule().CheckLinks(name); err != nil {
		return &operate.Error{Kind: operate.Invalid, Name: "output-untrusted", Hint: trust.Hint,
			Err: fmt.Errorf("write %s: %w", name, err)}
	}
	return nil
}
