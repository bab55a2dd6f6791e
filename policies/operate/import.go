package operate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/filters/listing"
	"depeer/filters/trust"
	"depeer/policies/operate/wanted"
)

// ImportOptions say what is imported, and as what.
type ImportOptions struct {
	Format       feed.Format
	Source       string // a file, "-", or an https URL
	Options      feed.Options
	MaxAge       time.Duration // goes into the listing; 0: none
	AllowPrivate bool          // fetch from private and loopback addresses, too
	Force        bool          // ask a URL again within the hour
}

// Imported is a listing that was made of a feed.
type Imported struct {
	Listing     *filters.Listing
	Text        []byte // of the listing, in YAML
	Diagnostics diag.List
	CopyOf      time.Time // when the copy that served was fetched; zero: the feed itself was read
}

// Import makes a listing of a feed. What check would not read back is an error: a feed may have more
// entries than a listing in YAML.
func Import(ctx context.Context, r *wanted.Reader, o ImportOptions) (Imported, error) {
	imported, err := readFeed(ctx, r, o)
	if err != nil {
		return imported, err
	}
	if err := Verdict(imported.Diagnostics); err != nil {
		return imported, err
	}
	imported.boundAge(o.MaxAge, r.Now)
	var text bytes.Buffer
	if err := listing.Write(&text, imported.Listing); err != nil {
		return imported, err
	}
	if err := ctx.Err(); err != nil {
		return imported, err
	}
	imported.Text = text.Bytes()
	return imported, checkReadBack(imported.Text)
}

// boundAge puts the greatest age into the listing, and warns where plans would refuse it already.
func (i *Imported) boundAge(maxAge time.Duration, now time.Time) {
	l := i.Listing
	if l.MaxAge = maxAge; maxAge == 0 {
		return
	}
	const code, hint = "feed-old", "plans will refuse the listing"
	span := filters.FormatSpan(maxAge)
	if l.Updated.IsZero() {
		i.Diagnostics.Warnf(l.At(filters.Place{}), code, hint, "%s does not say when it was updated, and has a max_age of %s",
			l.Name, span)
	} else if age := now.Sub(l.Updated.Time()); age > maxAge {
		i.Diagnostics.Warnf(l.At(filters.Place{}), code, hint, "%s of %s is %d days old, over its max_age of %s", l.Name,
			l.Updated, age/(24*time.Hour), span)
	}
}

// checkReadBack returns an error where check would not read what import has written.
func checkReadBack(text []byte) error {
	if _, diags := listing.Read("the listing", text); diags.Worst() == diag.Error {
		return &Error{Kind: Invalid, Name: "invalid-input",
			Err: fmt.Errorf("the feed makes a listing that could not be read: %s", diags[0].Message),
			Hint: "split the feed; or name it in the exchange file, lists: [{feed: ..., url: ...}], which needs " +
				"no listing"}
	}
	return nil
}

// readFeed reads a feed from a file or a URL.
func readFeed(ctx context.Context, r *wanted.Reader, o ImportOptions) (Imported, error) {
	if !feed.IsURL(o.Source) {
		data, err := r.Files.Get(o.Source, trust.Any)
		if ctx.Err() != nil {
			return Imported{}, ctx.Err()
		}
		if err != nil {
			return Imported{}, &Error{Kind: Invalid, Name: "invalid-input", Err: fmt.Errorf("%s: %w", o.Source, err)}
		}
		l, diags := feed.Parse(o.Format, o.Source, data, o.Options)
		return Imported{Listing: l, Diagnostics: diags}, nil
	}
	f, err := r.Fetcher()
	if err != nil {
		return Imported{}, err
	}
	f.AllowPrivate, f.Force = o.AllowPrivate, o.Force
	l, diags, copied, err := f.Listing(ctx, o.Format, o.Source, o.Options)
	if err != nil {
		return Imported{}, explainFetch(err, diags)
	}
	imported := Imported{Listing: l, Diagnostics: diags}
	if !copied.Fresh {
		imported.CopyOf = copied.FetchedAt
	}
	return imported, nil
}

// explainFetch gives an error of fetching its kind and a hint. A URL that cannot be one stays as it is.
func explainFetch(err error, diags diag.List) error {
	var (
		invalid *feed.InvalidError
		tooSoon *feed.TooSoonError
	)
	switch {
	case errors.As(err, new(*feed.URLError)), errors.Is(err, context.Canceled):
		return err
	case errors.As(err, new(*trust.Error)):
		return NewStateError(err)
	case errors.As(err, &invalid):
		return &Error{Kind: Invalid, Name: "invalid-input", Diagnostics: diags, Err: err}
	case errors.Is(err, feed.ErrPrivate):
		return &Error{Kind: Failed, Name: "download", Err: err, Hint: "--allow-private, if that is meant"}
	case errors.As(err, &tooSoon):
		return &Error{Kind: Failed, Name: "download", Err: err,
			Hint: "--force asks all the same; the feed's publisher may not like it"}
	default:
		return &Error{Kind: Failed, Name: "download", Err: err}
	}
}
