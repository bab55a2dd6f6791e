package wanted

import (
	"context"
	"errors"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/trust"
	"depeer/policies/exchange"
)

// loadFeed reads a feed that the exchange file names. If it cannot be
// downloaded, the last good copy serves, and a warning says how old it is; what
// comes but is not the feed is invalid input.
func (r *Reader) loadFeed(ctx context.Context, in *Input, source exchange.List) (*filters.Listing, error) {
	f, err := r.Fetcher()
	if err != nil {
		return nil, err
	}
	if in.Good != nil { // watch, which keeps the last good ones, fetches by itself
		return in.readKeptFeed(f, source), nil
	}
	f.Every = source.Every
	// The exchange file says the treatment, where it says one: no default is missed.
	opt := feed.Options{Name: source.Name, Treatment: source.Treatment}
	l, diags, _, err := f.Listing(ctx, source.Feed, source.URL, opt)
	var invalid *feed.InvalidError
	switch {
	case err == nil:
		return in.addListing(l, diags), nil
	case errors.As(err, &invalid):
		in.Read.Errorf(source.Source, "feed-invalid", "the last good copy stays as it is", "%v", err)
		return in.addListing(nil, diags), nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, new(*trust.Error)):
		return nil, err
	}
	kept, ok := f.Kept(source.URL)
	if !ok {
		return nil, &DownloadError{err}
	}
	in.Read.Warnf(source.Source, "feed-kept-copy", "", "%v; using the copy of %s", err,
		kept.FetchedAt.UTC().Format(time.RFC3339))
	opt.URL = source.URL
	return in.addListing(feed.Parse(source.Feed, source.URL, kept.Data, opt)), nil
}

// readKeptFeed reads the last good copy of a feed.
func (in *Input) readKeptFeed(f *feed.Fetcher, source exchange.List) *filters.Listing {
	before := len(in.Read)
	var l *filters.Listing
	if kept, ok := f.Kept(source.URL); ok {
		var diags diag.List
		l, diags = feed.Parse(source.Feed, source.URL, kept.Data,
			feed.Options{Name: source.Name, Treatment: source.Treatment, URL: source.URL})
		in.Read = append(in.Read, diags...)
	} else {
		in.Read.Errorf(source.Source, "feed-missing", "it is asked again", "there is no copy of %s yet", source.URL)
	}
	return in.addListingOrLastGood(source.URL, l, before)
}

// DownloadError says that a feed could not be downloaded, and that there is no copy of it.
type DownloadError struct{ Err error }

func (e *DownloadError) Error() string { return e.Err.Error() }
func (e *DownloadError) Unwrap() error { return e.Err }
