package feed_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters/feed"
)

func TestFetchListing(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	listing, diags, copied, err := p.Listing(t.Context(), feed.Plain, p.url, feed.Options{Treatment: "tag"})
	if err != nil || len(diags) > 0 || !copied.Fresh || listing == nil || listing.URL != p.url ||
		listing.Source.File != p.url {
		t.Errorf("got %+v, %v, %v", listing, diags, err)
	}
	listing, _, copied, err = p.Listing(t.Context(), feed.Plain, p.url, feed.Options{Treatment: "tag"})
	if err != nil || copied.Fresh || listing == nil || p.asked != 1 {
		t.Errorf("kept: got %+v, %v", listing, err)
	}
}

// What is not the feed is told apart from what did not come.
func TestFetchInvalidListing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body string
		code string
	}{
		{"<html>", "feed-html"}, {"error code: 502", "feed-error-page"}, {"", "feed-empty"}, {title, "feed-no-entries"},
		{record, "feed-no-footer"},
	} {
		p := newPublisher(t)
		p.handler = answer(200, test.body)
		listing, diags, _, err := p.Listing(t.Context(), feed.SpamhausDrop, p.url,
			feed.Options{Name: "x", Treatment: "tag"})
		var invalid *feed.InvalidError
		if listing != nil || !errors.As(err, &invalid) {
			t.Errorf("%q: got %v, %v", test.body, listing, err)
		}
		if got := diags[0]; got.Code != test.code && diags[len(diags)-1].Code != test.code ||
			got.Position.File != p.url {
			t.Errorf("%q: got %v, want %s", test.body, diags, test.code)
		}
		p.expectKept(t, "")
	}
}

// A wrong option is not held against the server: it is not even asked.
func TestFetchWrongOptions(t *testing.T) {
	t.Parallel()
	p := newPublisher(t)
	listing, diags, _, err := p.Listing(t.Context(), feed.Plain, p.url, feed.Options{Name: "A List"})
	var invalid *feed.InvalidError
	if listing != nil || !errors.As(err, &invalid) || p.asked != 0 {
		t.Errorf("got %v, %v, asked %d times", listing, err, p.asked)
	}
	if diff := cmp.Diff([]string{"feed-name"}, codes(diags)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
