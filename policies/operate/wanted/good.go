package wanted

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"depeer/filters"
	"depeer/policies/exchange"
)

// LastGood holds the last valid version of each file and feed: of the exchange file, and of listings, by
// where they come from.
type LastGood struct {
	Exchange *exchange.Exchange
	Digest   string // of its file
	Lists    map[string]*filters.Listing
}

// Sum returns a digest of everything that in asks for, whatever the day.
func (g *LastGood) Sum(in *Input) string {
	h := sha256.New()
	fmt.Fprintln(h, g.Digest)
	for _, l := range in.Lists {
		fmt.Fprintln(h, l.Name, l.Digest, in.Treatments[l.Name])
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// addListingOrLastGood adds a listing, or, where it is nil, the last valid one of the same file or feed.
// In that case it sets aside what reading said since before.
func (in *Input) addListingOrLastGood(name string, l *filters.Listing, before int) *filters.Listing {
	switch {
	case in.Good == nil:
	case l != nil:
		in.Good.Lists[name] = l
	case in.Good.Lists[name] != nil:
		l = in.Good.Lists[name]
		in.setAside(before)
	}
	return in.addListing(l, nil)
}
