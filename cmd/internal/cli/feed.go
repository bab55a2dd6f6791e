package cli

import (
	"context"
	"errors"
	"fmt"

	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/trust"
	"depeer/policies/operate"
)

// newFetcher returns a fetcher of feeds that keeps copies under --state.
func (s *session) newFetcher() (*feed.Fetcher, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	if err := s.trustRule().CheckState(dir); err != nil {
		return nil, newStateError(fmt.Errorf("state directory %s: %w", dir, err))
	}
	return &feed.Fetcher{StateDir: dir, Version: readBuild().Version, Trust: s.trustRule()}, nil
}

// feedFailure turns an error of fetching into the exit code that it means.
func feedFailure(err error, diags diag.List) error {
	var (
		address *feed.URLError
		invalid *feed.InvalidError
		private = errors.Is(err, feed.ErrPrivate)
		tooSoon *feed.TooSoonError
	)
	switch {
	case errors.As(err, new(*trust.Error)):
		return newStateError(err)
	case errors.As(err, &address):
		return newUsageError("depeer import FORMAT https://...", "%v", err)
	case errors.As(err, &invalid):
		return &operate.Error{Kind: operate.Invalid, Name: "invalid-input", Diagnostics: diags, Err: err}
	case private:
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err,
			Hint: "--allow-private, if that is meant"}
	case errors.As(err, &tooSoon):
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err,
			Hint: "--force asks all the same; the feed's publisher may not like it"}
	case errors.Is(err, context.Canceled):
		return err
	default:
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err}
	}
}
