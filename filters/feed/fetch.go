package feed

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/trust"
)

// Interval is how long a feed is left alone after a request. It is Spamhaus's own rule: a client
// that downloads more often may be blocked.
const Interval = time.Hour

// Fetcher downloads feeds over https and keeps the last good copy of each.
//
// It connects to public addresses only. It checks the address where the connection is made, so
// neither a redirect nor a name that resolves to something else leads it inside. It does not use
// proxies of the environment: behind one, the check would see only the proxy. Users behind a proxy
// download with another program and import the file.
//
// The zero value works and keeps nothing. A Fetcher is safe for concurrent use as long as its
// fields are not changed. If two fetch the same feed at once, the copy of the one that ends last is
// kept.
type Fetcher struct {
	StateDir     string           // where copies are kept; "": nowhere, so every call asks the server
	AllowPrivate bool             // connect to private, loopback and own addresses, too
	Force        bool             // ask, however recently it was asked
	Every        time.Duration    // ask no more often than this, and than Interval, if the last time was good
	RootCAs      *x509.CertPool   // nil: the system's
	Version      string           // of depeer, for the User-Agent
	Timeout      time.Duration    // for a whole download; 0: a minute
	Now          func() time.Time // nil: time.Now
	Logger       *slog.Logger     // nil: none
	Trust        trust.Rule       // for the kept copies

	permit netip.AddrPort // an address that a test may connect to all the same
}

// Copy is a feed as it was fetched.
type Copy struct {
	Data      []byte
	FetchedAt time.Time // when the server last said that this is the feed
	Fresh     bool      // fetched by this call; else the kept copy, because the server was asked too recently
}

// Fetch returns the feed at url, which must be https. accept says whether data is that feed; only
// accepted data is kept, in place of the older copy.
//
// Fetch does not ask the server again within Interval of its last answer, nor as long as it asks to
// be left alone (Retry-After, a week at most). It then returns the last outcome: the kept copy or a
// *TooSoonError. The other errors are a *URLError, a *DownloadError, an *InvalidError and one that wraps
// a *trust.Error. They do not change the kept copy, which Kept returns.
func (f *Fetcher) Fetch(ctx context.Context, url string, accept func([]byte) error) (Copy, error) {
	u, err := parseURL(url)
	if err != nil {
		return Copy{}, err
	}
	k, err := f.loadKept(url)
	if err != nil {
		return Copy{}, err
	}
	now := f.now()
	if !f.Force && k.isRecent(now, f.Every) {
		if k.Failure != "" {
			return Copy{}, &TooSoonError{URL: url, Tried: k.Tried, Until: k.nextAttempt(f.Every), Failure: k.Failure}
		}
		if err := accept(k.data); err != nil {
			return Copy{}, &InvalidError{URL: url, Err: err}
		}
		return Copy{Data: k.data, FetchedAt: k.Fetched}, nil
	}
	old := k
	if f.Force {
		old = kept{}
	}
	k.Tried, k.Until = now, time.Time{}
	got, err := f.download(ctx, u, old)
	if err != nil {
		if failed := (*DownloadError)(nil); errors.As(err, &failed) && failed.Status != 0 {
			k.Until = failed.Until
			f.saveFailure(k, err)
		}
		return Copy{}, err
	}
	if err := accept(got.data); err != nil {
		err = &InvalidError{URL: url, Err: err}
		k.ETag, k.LastModified = "", "" // so that the server sends it next time, and not 304
		f.saveFailure(k, err)
		return Copy{}, err
	}
	got.URL, got.Tried, got.Fetched, got.Failure = url, now, now, ""
	f.saveKept(got)
	return Copy{Data: got.data, FetchedAt: now, Fresh: true}, nil
}

// Kept returns the last good copy of the feed at url, if there is one.
func (f *Fetcher) Kept(url string) (Copy, bool) {
	k, err := f.loadKept(url)
	if err != nil {
		f.logger().Error("kept copy of a feed is not used", "url", url, "error", err)
	}
	return Copy{Data: k.data, FetchedAt: k.Fetched}, !k.Fetched.IsZero()
}

// Listing fetches the feed at url and reads it. With an *InvalidError the diagnostics say what is
// wrong; with any other error there are none.
func (f *Fetcher) Listing(ctx context.Context, format Format, url string, opt Options) (*filters.Listing, diag.List,
	Copy, error) {
	var listing *filters.Listing
	var diags diag.List
	opt.URL = cmp.Or(opt.URL, url)
	if diags := checkOptions(url, opt); len(diags) > 0 {
		return nil, diags, Copy{}, &InvalidError{URL: url, Err: errors.New(firstError(diags))}
	}
	copied, err := f.Fetch(ctx, url, func(data []byte) error {
		listing, diags = Parse(format, url, data, opt)
		if listing == nil {
			return errors.New(firstError(diags))
		}
		return nil
	})
	if err != nil {
		return nil, diags, Copy{}, err
	}
	return listing, diags, copied, nil
}

// firstError returns the message of the first error.
func firstError(diags diag.List) string {
	for _, d := range diags {
		if d.Severity == diag.Error {
			return d.Message
		}
	}
	panic("feed: no listing, and no error either")
}

func (f *Fetcher) now() time.Time {
	if f.Now != nil {
		return f.Now()
	}
	return time.Now()
}

func (f *Fetcher) logger() *slog.Logger {
	if f.Logger != nil {
		return f.Logger
	}
	return slog.New(slog.DiscardHandler)
}
