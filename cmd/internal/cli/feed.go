package cli

import (
	"depeer/filters/feed"
)

// newFetcher returns a fetcher of feeds that keeps copies under --state.
func (s *session) newFetcher() (*feed.Fetcher, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	return &feed.Fetcher{StateDir: dir, Version: readBuild().Version}, nil
}
