package feed

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// ErrPrivate is wrapped by a DownloadError if the feed's name leads to an address that is not
// public and Fetcher.AllowPrivate is not set.
var ErrPrivate = errors.New("not a public address")

// URLError says that a feed's address is of a kind that is not fetched: wrong usage.
type URLError struct {
	URL string
	Why string
}

func (e *URLError) Error() string {
	return fmt.Sprintf("feed %s: %s", strconv.QuoteToASCII(e.URL), e.Why)
}

// DownloadError says that a feed could not be downloaded: the server was not reached, it did not
// answer with 200, or its answer was not complete.
type DownloadError struct {
	URL    string
	Status int       // of HTTP; 0: it did not come to an answer
	Until  time.Time // the server asked to be left alone until then (Retry-After); zero: it did not
	Err    error
}

func (e *DownloadError) Error() string { return fmt.Sprintf("feed %s: %v", e.URL, e.Err) }

func (e *DownloadError) Unwrap() error { return e.Err }

// InvalidError says that the downloaded data is not the feed: invalid input.
type InvalidError struct {
	URL string
	Err error // of accept
}

func (e *InvalidError) Error() string { return fmt.Sprintf("feed %s: %v", e.URL, e.Err) }

func (e *InvalidError) Unwrap() error { return e.Err }

// TooSoonError says that the server was not asked again: it was asked within Interval without
// success, or it asks to be left alone.
type TooSoonError struct {
	URL     string
	Tried   time.Time
	Until   time.Time // when it may be asked again
	Failure string    // of that time
}

func (e *TooSoonError) Error() string {
	return fmt.Sprintf("not asked again before %s; at %s: %s",
		e.Until.UTC().Format(time.RFC3339), e.Tried.UTC().Format(time.RFC3339), e.Failure)
}

// statusError names a status in our words, not in the server's.
func statusError(code int) error {
	if text := http.StatusText(code); text != "" {
		return fmt.Errorf("the server answered %d %s", code, text)
	}
	return fmt.Errorf("the server answered %d", code)
}
