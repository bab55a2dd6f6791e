package cli

import (
	"context"
	"errors"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies/exchange"
	"depeer/policies/operate"
)

// fetcher returns what downloads feeds, keeping copies under --state.
func (s *session) fetcher() (*feed.Fetcher, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	return &feed.Fetcher{StateDir: dir, Version: built().Version}, nil
}

// loadFeed reads a feed that the exchange file names. If it cannot be
// downloaded, the last good copy serves, and a warning says how old it is; what
// comes but is not the feed is invalid input.
func (s *session) loadFeed(ctx context.Context, in *input, source exchange.List) (*filters.Listing, error) {
	f, err := s.fetcher()
	if err != nil {
		return nil, err
	}
	if in.good != nil { // who keeps what was good fetches by itself
		return in.keptFeed(f, source), nil
	}
	f.Every = source.Every
	// The exchange file says the treatment, where it says one: no default is missed.
	opt := feed.Options{Name: source.Name, Treatment: source.Treatment}
	l, diags, _, err := f.Listing(ctx, source.Feed, source.URL, opt)
	var invalid *feed.InvalidError
	switch {
	case err == nil:
		return in.add(l, diags), nil
	case errors.As(err, &invalid):
		in.read.Errorf(source.Source, "feed-invalid", "the last good copy stays as it is", "%v", err)
		return in.add(nil, diags), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	kept, ok := f.Kept(source.URL)
	if !ok {
		return nil, &operate.Error{Kind: operate.Failed, Name: "download", Err: err}
	}
	in.read.Warnf(source.Source, "feed-kept-copy", "", "%v; using the copy of %s", err,
		kept.FetchedAt.UTC().Format(time.RFC3339))
	opt.URL = source.URL
	return in.add(feed.Parse(source.Feed, source.URL, kept.Data, opt)), nil
}

// keptFeed reads the last good copy of a feed.
func (in *input) keptFeed(f *feed.Fetcher, source exchange.List) *filters.Listing {
	before := len(in.read)
	var l *filters.Listing
	if kept, ok := f.Kept(source.URL); ok {
		var diags diag.List
		l, diags = feed.Parse(source.Feed, source.URL, kept.Data,
			feed.Options{Name: source.Name, Treatment: source.Treatment, URL: source.URL})
		in.read = append(in.read, diags...)
	} else {
		in.read.Errorf(source.Source, "feed-missing", "it is asked again", "there is no copy of %s yet", source.URL)
	}
	return in.orKept(source.URL, l, before)
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
	case errors.As(err, &address):
		return usage("depeer import FORMAT https://...", "%v", err)
	case errors.As(err, &invalid):
		return &operate.Error{Kind: operate.Invalid, Name: "invalid-input", Diagnostics: diags, Err: err}
	case private:
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err, Hint: "--allow-private, if that is meant"}
	case errors.As(err, &tooSoon):
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err,
			Hint: "--force asks all the same; the feed's publisher may not like it"}
	case errors.Is(err, context.Canceled):
		return err
	default:
		return &operate.Error{Kind: operate.Failed, Name: "download", Err: err}
	}
}
