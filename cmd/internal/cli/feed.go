package cli

import (
	"fmt"

	"depeer/filters/feed"
	"depeer/policies/operate"
)

// newFetcher returns a fetcher of feeds that keeps copies under --state.
func (s *session) newFetcher() (*feed.Fetcher, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	if err := s.trustRule().CheckState(dir); err != nil {
		return nil, operate.NewStateError(fmt.Errorf("state directory %s: %w", dir, err))
	}
	return &feed.Fetcher{StateDir: dir, Version: readBuild().Version, Trust: s.trustRule()}, nil
}
